/* The end of a model. */
#include <stdlib.h>

#include "model.h"

static void free_value(struct model_value *value)
{
    free((char *)value->text.data);
    for (size_t i = 0; i < value->part_count; i++)
        free_value(&value->parts[i]);
    free(value->parts);
    for (size_t i = 0; i < value->word_count; i++)
        free(value->words[i]);
    free(value->words);
}

static void free_row(struct model_row *row)
{
    for (size_t i = 0; i < row->fill_count; i++)
        buffer_free(&row->fills[i].rendered), free_value(&row->fills[i].value);
    free(row->fills);
    for (size_t i = 0; i < row->when_count; i++) {
        for (size_t j = 0; j < row->when[i].text_count; j++)
            free((char *)row->when[i].texts[j].data);
        free(row->when[i].texts);
    }
    free(row->when);
    scope_free(row->element);
    for (size_t i = 0; row->held && i < row->table->column_count; i++)
        free(row->held[i]);
    free(row->held);
    buffer_free(&row->held_rest);
    free(row);
}

static void free_rows(struct model_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free_row(rows->items[i]);
    free(rows->items);
}

static void free_tables(struct model *model)
{
    for (size_t i = 0; i < model->table_count; i++) {
        for (size_t j = 0; j < model->tables[i].column_count; j++)
            buffer_free(&model->tables[i].columns[j].prefix);
        free(model->tables[i].columns);
        buffer_free(&model->tables[i].start);
    }
    free(model->tables);
}

void model_free(struct model *model)
{
    if (model == NULL)
        return;
    for (size_t i = 0; i < model->stream_count; i++) {
        struct model_stream *stream = &model->streams[i];

        free_rows(&stream->rows);
        scope_free(stream->scope);
        free(stream->match);
        free(stream->match_parent);
        buffer_free(&stream->kept);
    }
    free(model->streams);
    free_rows(&model->person_rows);
    scope_free(model->person);
    free_tables(model);
    buffer_free(&model->every_row);
    doc_free(model->parameters);
    doc_free(model->doc);
    doc_free(model->tables_doc);
    free((char *)model->file);
    free(model);
}
