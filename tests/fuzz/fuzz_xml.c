/* XML: what is read is a tree that JSON can hold; what is written of any bytes can be read. */
#include "cr_json.h"
#include "cr_json_writer.h"
#include "cr_utf8.h"
#include "cr_xml.h"
#include "cr_xml_name.h"
#include "cr_xml_writer.h"
#include "fuzz.h"

static void read_it(struct cr_slice text)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    CR_AUTO(cr_buf) json = {0};
    struct cr_json_writer writer;
    const struct cr_tree *tree = NULL;
    struct cr_err err = {0};
    int rc = cr_xml_parse(text, arena, &tree, &err);
    FUZZ_HOLDS((rc == 0) == (tree != NULL));
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0]));
    if (rc)
        return;
    FUZZ_HOLDS(cr_tree_count(tree) == 1);
    cr_json_init(&writer, &json);
    cr_json_tree(&writer, tree);
    CR_AUTO_ARENA again = cr_arena_new(0);
    FUZZ_HOLDS(cr_json_parse(cr_buf_view(&json), again, &tree, &err) == 0);
}

static void write_it(struct cr_slice text)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) xml = {0};
    CR_AUTO(cr_buf) key = {0};
    struct cr_xml_writer w;
    const struct cr_tree *tree = NULL;
    struct cr_slice name = cr_slice_sub(text, 0, 100); /* below CR_XML_NAME_MAX, escaped */
    if (text.len == 0)
        return;
    cr_xml_init(&w, &xml, CR_XML_DENSE, 0);
    cr_xml_begin(&w, "a");
    cr_xml_attribute(&w, "b", text);
    cr_xml_begin_escaped(&w, name);
    cr_xml_text(&w, text);
    cr_xml_end(&w);
    cr_xml_end(&w);
    FUZZ_HOLDS(cr_xml_parse(cr_buf_view(&xml), arena, &tree, NULL) == 0);
    const struct cr_tree *attribute = cr_tree_first(cr_tree_first(tree));
    FUZZ_HOLDS(cr_slice_is(cr_tree_key(attribute), "@b"));
    if (!cr_utf8_valid(name))
        return;
    cr_xml_name_unescape(&key, cr_tree_key(cr_tree_next(attribute)));
    FUZZ_HOLDS(cr_slice_equal(cr_buf_view(&key), name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CR_AUTO(cr_buf) unescaped = {0};
    struct cr_slice text = fuzz_slice(data, size);
    read_it(text);
    write_it(text);
    cr_xml_name_unescape(&unescaped, text);
    return 0;
}
