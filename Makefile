# leat: community-health data through pipes into a database.
#
#   make                what follows under build/: build/leat TOOL ...
#   make demo           a git history becomes build/demo.db   (REPO=path or URL)
#   make demo-warehouse a private PostgreSQL is filled from a local forge   (REPOS=URLs)
#   make check          every test; make soak: the long ones; make bench: the figures
#   make install        under $(DESTDIR)$(PREFIX); uninstall, clean, lint, format
#
# Variants: CC=clang, SANITIZE=1 (address and undefined behaviour), BUILD=elsewhere.

# The tools, and what each links besides our own library.
TOOLS = facade fetch flatten load schema-infer stage
PACKAGES_facade = libgit2
PACKAGES_fetch = libcurl libcrypto
PACKAGES_load = libpq sqlite3
PACKAGES_stage = libpq
PACKAGES_ALL = libcjson

# Those that are shell scripts.
SCRIPT_TOOLS = cancel-ci-jobs collect dispatch migrate queue stability
# What these source, beside them.
SCRIPT_PARTS = database.sh phases.sh pipes.sh tasks.sh worker.sh

# What stands in common/ beside the library, and is installed with the tools.
DATA = examples models sources sql

VERSION = 0.1.0
PREFIX = /usr/local
BUILD = build
LIBEXEC = $(BUILD)/libexec/leat

CC = gcc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
INCLUDES := $(shell pkg-config --cflags-only-I libgit2 libcurl libcrypto libpq sqlite3)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -pthread -Icommon $(INCLUDES) $(CFLAGS)
ifdef SANITIZE
ALL_CFLAGS += -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

COMMON = $(patsubst %.c,$(BUILD)/%.o,$(wildcard common/*.c))
LIBRARY = $(BUILD)/libleat.a
UNIT_TESTS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*.c tests/tools/*.c))
MODULE_TESTS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/*.c))

all: $(TOOLS:%=$(LIBEXEC)/%) $(SCRIPT_TOOLS:%=$(LIBEXEC)/%) $(SCRIPT_PARTS:%=$(LIBEXEC)/%) \
    $(BUILD)/leat

# One rule makes every tool from its folder and the library.
define TOOL_RULE
OBJECTS_$(1) = $(patsubst %.c,$(BUILD)/%.o,$(wildcard bin/$(1)/*.c))
$(LIBEXEC)/$(1): $$(OBJECTS_$(1)) $(LIBRARY)
	@mkdir -p $$(@D)
	@echo "  LD $$@"; $$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) -o $$@ $$^ \
	    $$(shell pkg-config --libs $(PACKAGES_$(1)) $(PACKAGES_ALL)) -lm
endef
$(foreach tool,$(TOOLS),$(eval $(call TOOL_RULE,$(tool))))

$(LIBRARY): $(COMMON)
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $@"; $(CC) $(ALL_CFLAGS) -DLEAT_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

$(SCRIPT_TOOLS:%=$(LIBEXEC)/%): $(LIBEXEC)/%: scripts/%
	@mkdir -p $(@D)
	sed -e 's|@VERSION@|$(VERSION)|' $< > $@
	@chmod +x $@

$(SCRIPT_PARTS:%=$(LIBEXEC)/%): $(LIBEXEC)/%: scripts/%
	@mkdir -p $(@D)
	cp $< $@

# In the build tree the front command finds tools beside itself, pages and data in the sources.
$(BUILD)/leat: scripts/leat
	@mkdir -p $(@D)
	sed -e 's|@LIBEXEC@|$$(dirname "$$0")/libexec/leat|' -e 's|@MAN@|$(CURDIR)/man|' \
	    -e 's|@DATA@|$(CURDIR)/common|' -e 's|@VERSION@|$(VERSION)|' scripts/leat > $@
	chmod +x $@

# A test may need any outside library that ours does; it links those that it does need.
define LINK_TEST
@echo "  LD $@"; $(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $(filter %.o,$^) \
    $(filter %.a,$^) \
    $(shell pkg-config --libs $(PACKAGES_facade) $(PACKAGES_fetch) $(PACKAGES_load) \
        $(PACKAGES_ALL)) -lm
endef

$(UNIT_TESTS): %: %.o $(LIBRARY)
	$(LINK_TEST)

# tests/unit/TOOL/MODULE.c tests bin/TOOL/MODULE.c, with the tool's other modules at hand.
define MODULE_TEST_RULE
$(BUILD)/bin/$(1).a: $$(filter-out %/$(1).o,$$(OBJECTS_$(1)))
	@rm -f $$@
	$(AR) rcs $$@ $$^
$(filter $(BUILD)/tests/unit/$(1)/%,$(MODULE_TESTS)): %: %.o $(BUILD)/bin/$(1).a $(LIBRARY)
	$$(LINK_TEST)
endef
$(foreach tool,$(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/*.c)))),\
    $(eval $(call MODULE_TEST_RULE,$(tool))))
$(MODULE_TESTS:=.o): ALL_CFLAGS += -Itests/unit -I$(patsubst $(BUILD)/tests/unit/%,bin/%,$(@D))

unit: $(UNIT_TESTS) $(MODULE_TESTS)

demo: all
	@BUILD=$(BUILD) scripts/demo-run $(REPO)

demo-warehouse: all
	@scripts/setup demo-warehouse
	@BUILD=$(BUILD) scripts/demo-warehouse $(REPOS)

check soak: all unit
	@BUILD=$(BUILD) tests/$@

bench: all unit
	@BUILD=$(BUILD) tests/bench/run

lint:
	@tests/lint

format:
	clang-format -i common/*.[ch] bin/*/*.[ch] tests/*/*.c tests/unit/*/*.c

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/leat \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man7
	install $(TOOLS:%=$(LIBEXEC)/%) $(SCRIPT_TOOLS:%=$(LIBEXEC)/%) $(DESTDIR)$(PREFIX)/libexec/leat
	install -m 644 $(SCRIPT_PARTS:%=$(LIBEXEC)/%) $(DESTDIR)$(PREFIX)/libexec/leat
	sed -e 's|@LIBEXEC@|$(PREFIX)/libexec/leat|' -e 's|@MAN@|$(PREFIX)/share/man|' \
	    -e 's|@DATA@|$(PREFIX)/share/leat|' -e 's|@VERSION@|$(VERSION)|' scripts/leat \
	    > $(DESTDIR)$(PREFIX)/bin/leat
	chmod 755 $(DESTDIR)$(PREFIX)/bin/leat
	for tool in $(TOOLS) $(SCRIPT_TOOLS); do install -m 644 man/$$tool.1 \
	    $(DESTDIR)$(PREFIX)/share/man/man1/leat-$$tool.1; done
	for data in $(DATA); do install -d $(DESTDIR)$(PREFIX)/share/leat/$$data; \
	    install -m 644 common/$$data/* $(DESTDIR)$(PREFIX)/share/leat/$$data; done
	install -m 644 man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/libexec/leat $(DESTDIR)$(PREFIX)/share/leat
	rm -f $(DESTDIR)$(PREFIX)/bin/leat
	rm -f $(patsubst %,$(DESTDIR)$(PREFIX)/share/man/man1/leat-%.1,$(TOOLS) $(SCRIPT_TOOLS))
	rm -f $(patsubst man/%,$(DESTDIR)$(PREFIX)/share/man/man5/%,$(wildcard man/*.5))
	rm -f $(patsubst man/%,$(DESTDIR)$(PREFIX)/share/man/man7/%,$(wildcard man/*.7))

clean:
	rm -rf $(BUILD)

.PHONY: all unit demo demo-warehouse check soak bench lint format install uninstall clean
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
