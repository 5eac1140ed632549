/* JSON: what is read can be written, and reads the same again. */
#include "cr_json.h"
#include "cr_json_writer.h"
#include "cr_utf8.h"
#include "fuzz.h"

static void write_tree(const struct cr_tree *tree, struct cr_buf *out)
{
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_tree(&writer, tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    CR_AUTO(cr_buf) first = {0};
    CR_AUTO(cr_buf) second = {0};
    const struct cr_tree *tree = NULL;
    struct cr_err err = {0};
    int rc = cr_json_parse(fuzz_slice(data, size), arena, &tree, &err);
    FUZZ_HOLDS((rc == 0) == (tree != NULL));
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0]));
    if (rc)
        return 0;
    write_tree(tree, &first);
    FUZZ_HOLDS(cr_utf8_valid(cr_buf_view(&first)));
    FUZZ_HOLDS(cr_json_parse(cr_buf_view(&first), arena, &tree, &err) == 0);
    write_tree(tree, &second);
    FUZZ_HOLDS(cr_slice_equal(cr_buf_view(&first), cr_buf_view(&second)));
    return 0;
}
