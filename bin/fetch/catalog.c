#include "catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "memory.h"
#include "messages_out.h"

static void print_keys(const struct texts *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        printf("%s%s", i ? "," : "", keys->items[i]);
}

static void list_stream(const struct stream *stream)
{
    printf("%-26s ", stream->name);
    if (stream->unavailable) {
        printf("not to be had: %s\n", stream->unavailable);
        return;
    }
    print_keys(&stream->key);
    if (stream->incremental.field)
        printf("  by %s", stream->incremental.field);
    if (stream->parent)
        printf("  with %s", stream->parent->name);
    if (!stream->is_default)
        printf("  (when named)");
    if (stream->summary)
        printf("  %s", stream->summary);
    putchar('\n');
}

void catalog_list(const struct source *source)
{
    printf("%s: %s\n", source->name, source->summary ? source->summary : "");
    for (size_t i = 0; i < source->subjects.count; i++)
        printf("subject: %s\n", source->subjects.items[i]);
    for (size_t i = 0; i < source->help.count; i++)
        printf("parameter %s: %s\n", source->help.names[i], source->help.values[i]);
    if (source->token_environment.count > 0) {
        printf("tokens: ");
        print_keys(&source->token_environment);
        putchar('\n');
    }
    printf("\n%-26s %s\n", "STREAM", "KEY");
    for (size_t i = 0; i < source->stream_count; i++) {
        if (!source->streams[i].hidden)
            list_stream(&source->streams[i]);
    }
}

static struct doc *keys_doc(const struct texts *keys)
{
    struct doc *list = doc_array();

    for (size_t i = 0; i < keys->count; i++)
        doc_add(list, doc_text(keys->items[i]));
    return list;
}

static struct doc *metadata_of(const struct stream *stream)
{
    struct doc *list = doc_array(), *entry = doc_object(), *metadata = doc_object(),
               *breadcrumb = doc_array();

    doc_set(metadata, "inclusion", doc_text("available"));
    doc_set(metadata, "selected-by-default", doc_boolean(stream->is_default));
    doc_set(metadata, "table-key-properties", keys_doc(&stream->key));
    if (stream->incremental.field) {
        struct doc *fields = doc_array();

        doc_add(fields, doc_text(stream->incremental.field));
        doc_set(metadata, "valid-replication-keys", fields);
    }
    doc_set(metadata, "forced-replication-method",
            doc_text(stream->incremental.field ? "INCREMENTAL" : "FULL_TABLE"));
    doc_set(entry, "breadcrumb", breadcrumb);
    doc_set(entry, "metadata", metadata);
    doc_add(list, entry);
    return list;
}

void catalog_print(const struct source *source)
{
    struct doc *catalog = doc_object(), *streams = doc_array();
    struct buffer text = {0};

    for (size_t i = 0; i < source->stream_count; i++) {
        const struct stream *stream = &source->streams[i];
        struct doc *entry;

        if (stream->hidden || stream->unavailable)
            continue;
        entry = doc_object();
        doc_set(entry, "tap_stream_id", doc_text(stream->name));
        doc_set(entry, "stream", doc_text(stream->name));
        doc_set(entry, "key_properties", keys_doc(&stream->key));
        doc_set(entry, "schema", stream_schema(source, stream));
        doc_set(entry, "metadata", metadata_of(stream));
        doc_add(streams, entry);
    }
    doc_set(catalog, "streams", streams);
    doc_print(catalog, &text);
    printf("%.*s\n", SLICE_FORMAT(buffer_slice(&text)));
    buffer_free(&text);
    doc_free(catalog);
}

static void list_file(const char *folder, const char *file)
{
    char *path = memory_format("%s/%s", folder, file), *error = NULL;
    struct source *source = source_read(path, &error);

    if (source)
        printf("%-16s %s\n", source->name, source->summary ? source->summary : "");
    else
        log_warning("%s", error);
    free(error);
    source_free(source);
    free(path);
}

enum status catalog_list_sources(void)
{
    const char *folders = source_folders();

    while (*folders) {
        size_t length = strcspn(folders, ":");
        char *folder = memory_text(folders, length);
        struct dirent **entries;
        int count = scandir(folder, &entries, NULL, alphasort);

        if (count < 0)
            log_warning("cannot read %s: %s", folder, strerror(errno));
        for (int i = 0; i < count; i++) {
            size_t name = strlen(entries[i]->d_name);

            if (name > 5 && strcmp(entries[i]->d_name + name - 5, ".json") == 0)
                list_file(folder, entries[i]->d_name);
            free(entries[i]);
        }
        if (count >= 0)
            free(entries);
        free(folder);
        folders += length + (folders[length] == ':');
    }
    return STATUS_OK;
}
