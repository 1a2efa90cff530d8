#include "records.h"

#define STRING "{\"type\":[\"null\",\"string\"]}"
#define KEY "{\"type\":\"string\"}"
#define TIME "{\"type\":[\"null\",\"string\"],\"format\":\"date-time\"}"
#define INTEGER "{\"type\":[\"null\",\"integer\"]}"
#define BOOLEAN "{\"type\":[\"null\",\"boolean\"]}"

/* One line of a SCHEMA message; `more` are members behind the write disposition. */
#define SCHEMA(stream, properties, keys, more)                                                     \
    "{\"type\":\"SCHEMA\",\"stream\":\"" stream                                                    \
    "\",\"schema\":{\"type\":\"object\",\"properties\":{" properties                               \
    "}},\"key_properties\":[" keys "],\"write_disposition\":\"upsert\"" more "}\n"

#define PARENT(stream, columns) ",\"parent\":{\"stream\":\"" stream "\",\"key\":{" columns "}}"

/* A signature: author or committer. */
#define PERSON(who)                                                                                \
    "\"" who "_name\":" STRING ",\"" who "_email\":" STRING ",\"" who "_time\":" TIME ",\"" who    \
    "_mapped_name\":" STRING ",\"" who "_mapped_email\":" STRING

static const char repositories[] = SCHEMA(
    "repositories",
    "\"repository\":" KEY ",\"head\":" STRING ",\"head_hash\":" STRING ",\"detached\":" BOOLEAN
    ",\"bare\":" BOOLEAN ",\"shallow\":" BOOLEAN ",\"object_format\":" STRING,
    "\"repository\"", "");

static const char refs[] =
    SCHEMA("refs",
           "\"repository\":" KEY ",\"name\":" KEY ",\"type\":" STRING ",\"hash\":" STRING
           ",\"target\":" STRING ",\"target_type\":" STRING ",\"symbolic_target\":" STRING
           ",\"annotated\":" BOOLEAN ",\"tagger_name\":" STRING ",\"tagger_email\":" STRING
           ",\"tagger_time\":" TIME ",\"tagger_mapped_name\":" STRING
           ",\"tagger_mapped_email\":" STRING ",\"message\":" STRING ",\"signed\":" BOOLEAN,
           "\"repository\",\"name\"", PARENT("repositories", "\"repository\":\"repository\""));

static const char commits[] =
    SCHEMA("commits",
           "\"repository\":" KEY ",\"hash\":" KEY ",\"tree\":" STRING
           ",\"parents\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}," PERSON(
               "author") "," PERSON("committer") ",\"subject\":" STRING ",\"body\":" STRING
                                                 ",\"trailers\":{\"type\":\"array\",\"items\":{"
                                                 "\"type\":\"object\",\"properties\":{"
                                                 "\"key\":" STRING ",\"value\":" STRING
                                                 ",\"name\":" STRING ",\"email\":" STRING "}}}"
                                                 ",\"signed\":" BOOLEAN ",\"encoding\":" STRING
                                                 ",\"files\":" INTEGER ",\"added\":" INTEGER
                                                 ",\"removed\":" INTEGER,
           "\"repository\",\"hash\"", "");

static const char commit_files[] =
    SCHEMA("commit_files",
           "\"repository\":" KEY ",\"hash\":" KEY ",\"path\":" KEY ",\"old_path\":" STRING
           ",\"change\":" STRING ",\"added\":" INTEGER ",\"removed\":" INTEGER
           ",\"binary\":" BOOLEAN ",\"mode\":" STRING,
           "\"repository\",\"hash\",\"path\"",
           PARENT("commits", "\"repository\":\"repository\",\"hash\":\"hash\""));

void records_append_schemas(struct buffer *buffer)
{
    buffer_append_text(buffer, repositories);
    buffer_append_text(buffer, refs);
    buffer_append_text(buffer, commits);
    buffer_append_text(buffer, commit_files);
}
