/* Reads configuration files as the room does: "EXTENSION BASE64" a line on the standard input, a
 * line of JSON each: its documents, each a list of [key, kind, text, line, column]; or the error.
 * It is what tests/interop/peers/snakeyaml is for Spring Boot's readers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_base64.h"
#include "cr_json_writer.h"
#include "cr_properties.h"
#include "cr_properties_xml.h"
#include "cr_yaml.h"

static void write_pair(struct cr_json_writer *w, const struct cr_flat_pair *pair)
{
    const char kind[] = {"sbid"[pair->kind], '\0'};
    cr_json_begin_array(w);
    cr_json_string(w, pair->key);
    cr_json_text(w, kind);
    cr_json_string(w, pair->text);
    cr_json_int(w, pair->line);
    cr_json_int(w, pair->column);
    cr_json_end_array(w);
}

static void write_documents(struct cr_json_writer *w, const struct cr_flat *flat)
{
    cr_json_pair_array(w, "documents");
    for (size_t i = 0; i < flat->count; i++) {
        cr_json_begin_array(w);
        for (size_t j = 0; j < flat->docs[i].count; j++)
            write_pair(w, &flat->docs[i].pairs[j]);
        cr_json_end_array(w);
    }
    cr_json_end_array(w);
}

static void answer(const char *extension, struct cr_slice text)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) out = {0};
    struct cr_flat flat = {0};
    struct cr_err err = {0};
    int rc;
    if (extension[0] == 'y')
        rc = cr_yaml_parse(text, arena, &flat, &err);
    else if (extension[0] == 'x')
        rc = cr_properties_xml_parse(text, arena, &flat, &err);
    else
        rc = cr_properties_parse(text, arena, &flat, &err);
    struct cr_json_writer w;
    cr_json_init(&w, &out);
    cr_json_begin_object(&w);
    if (rc)
        cr_json_pair_text(&w, "error", err.text);
    else
        write_documents(&w, &flat);
    cr_json_end_object(&w);
    puts(out.data);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    CR_AUTO(cr_buf) text = {0};
    while ((length = getline(&line, &size, stdin)) > 0) {
        struct cr_slice rest = cr_slice_trim((struct cr_slice){line, (size_t)length});
        struct cr_slice extension = {NULL, 0};
        if (!cr_slice_split(&rest, ' ', &extension))
            continue;
        cr_buf_reset(&text);
        if (cr_base64_decode(&text, rest)) {
            fputs("read-flat: that is not base64\n", stderr);
            free(line);
            return 1;
        }
        answer(extension.ptr, cr_buf_view(&text));
    }
    free(line);
    return 0;
}
