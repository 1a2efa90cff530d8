/*
 * The token pool's tokens: from environment variables (several separated by commas or white
 * space), a file (one a line; "#" starts a comment line; refused unless it is the user's own,
 * regular and mode 0600 or less), or the standard output of a command run by sh (one a line).
 * They are kept in memory that is not swapped or dumped where the system allows it, and wiped.
 */
#ifndef FETCH_TOKENS_H
#define FETCH_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

struct tokens {
    char **values; /* each once, in the order they came */
    size_t count;
};

/* All add their tokens to the pool. False, with *error (free it) when it cannot be: the error
 * names the source and the line, never a token; what came before it is in the pool. A token
 * must be 1 to 4096 visible ASCII characters. A file or a command without any is an error; a
 * variable that is not set has none. No source may be longer than 1 MiB. */
bool tokens_from_environment(struct tokens *tokens, const char *variable, char **error);
bool tokens_from_file(struct tokens *tokens, const char *path, char **error);
bool tokens_from_command(struct tokens *tokens, const char *command, char **error);
void tokens_free(struct tokens *tokens);

#endif
