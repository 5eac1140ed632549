/* JSON text to a tree, by cJSON, which reads the structure and the strings. What it leaves to us:
 *
 * - It takes more than JSON (control characters, leading zeros, text behind the end, bytes that are
 *   not UTF-8) and names no place: cr_json_scan goes first and lets only JSON through.
 * - A number is a double to it, of at most 63 bytes: the tree takes a number's text from the
 *   document, and where one is longer cJSON gets a copy with zeros for numbers.
 * - It decodes \u0000 but does not say how long a string is: the document does.
 * - Its nodes come from malloc. Its hooks are one set for the whole process, so they stay as they
 *   are; the tree is taken from the arena first, and where the arena refuses cJSON is not called.
 * - It notes its last error in a variable of the process: nobody reads that here. */
#include "cr_json.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_json_scan_private.h"
#include "cr_tree_private.h"

enum { CJSON_NUMBER_BYTES_MAX = 63 };

struct growth {
    struct cr_slice rest;      /* of the document: strings and numbers not yet taken */
    struct cr_tree *next_node; /* in the document's order */
    const struct cr_tree *end_node;
    char *next_text;
};

static void delete_cjson(cJSON **root)
{
    cJSON_Delete(*root);
}

/* A copy in which every number is a 0 and blanks; NULL when memory ends. */
static const char *without_numbers(struct cr_slice text, struct cr_arena *arena)
{
    char *copy = cr_arena_slice(arena, text);
    struct cr_slice rest = text;
    struct cr_json_token token;
    while (copy && cr_json_next_token(&rest, &token)) {
        if (!token.number)
            continue;
        char *number = copy + (token.raw.ptr - text.ptr);
        memset(number, ' ', token.raw.len);
        number[0] = '0';
    }
    return copy;
}

/* The document's next string or number; a string's bytes are those that cJSON decoded. */
static struct cr_slice take_text(struct growth *g, const char *decoded)
{
    struct cr_json_token token;
    bool found = cr_json_next_token(&g->rest, &token);
    CR_ASSERT(found && token.number == !decoded);
    struct cr_slice taken = {g->next_text, token.meant_bytes};
    memcpy(g->next_text, token.number ? token.raw.ptr : decoded, token.meant_bytes);
    g->next_text += token.meant_bytes + 1; /* the arena's memory is zero */
    return taken;
}

static enum cr_tree_kind kind_of(const cJSON *item)
{
    static const struct {
        int type;
        enum cr_tree_kind kind;
    } kinds[] = {
        {cJSON_False, CR_TREE_BOOL},    {cJSON_True, CR_TREE_BOOL},
        {cJSON_Number, CR_TREE_NUMBER}, {cJSON_String, CR_TREE_STRING},
        {cJSON_Array, CR_TREE_ARRAY},   {cJSON_Object, CR_TREE_OBJECT},
    };
    for (size_t i = 0; i < CR_COUNT(kinds); i++)
        if (item->type == kinds[i].type)
            return kinds[i].kind;
    return CR_TREE_NULL;
}

/* As deep as the document, which is at most CR_JSON_DEPTH_MAX. */
static struct cr_tree *grow(struct growth *g, const cJSON *item)
{
    CR_ASSERT(g->next_node < g->end_node);
    struct cr_tree *tree = g->next_node++;
    tree->kind = kind_of(item);
    tree->truth = item->type == cJSON_True;
    if (item->string)
        tree->key = take_text(g, item->string);
    if (tree->kind == CR_TREE_STRING || tree->kind == CR_TREE_NUMBER)
        tree->text = take_text(g, item->valuestring);
    for (const cJSON *child = item->child; child; child = child->next) {
        struct cr_tree *node = grow(g, child);
        if (tree->last)
            tree->last->next = node;
        else
            tree->first = node;
        tree->last = node;
        tree->count++;
    }
    return tree;
}

int cr_json_parse(struct cr_slice text, struct cr_arena *arena, const struct cr_tree **out_tree,
                  struct cr_err *err)
{
    if (text.len > CR_JSON_BYTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "JSON: larger than %d bytes", CR_JSON_BYTES_MAX);
    struct cr_json_extent extent;
    int rc = cr_json_scan(text, &extent, err);
    if (rc)
        return rc;
    struct growth growth = {
        .rest = cr_slice_from(text, extent.start),
        .next_node = cr_arena_array(arena, extent.values, sizeof(struct cr_tree)),
        .next_text = cr_arena_alloc(arena, extent.text_bytes),
    };
    if (!growth.next_node || !growth.next_text)
        return cr_err_set(err, CR_ELIMIT, "JSON: the document needs more memory than allowed");
    growth.end_node = growth.next_node + extent.values;
    const char *json = growth.rest.ptr;
    if (extent.number_max_bytes > CJSON_NUMBER_BYTES_MAX)
        json = without_numbers(growth.rest, arena);
    CR_CLEANUP(delete_cjson)
    cJSON *root = json ? cJSON_ParseWithLength(json, growth.rest.len) : NULL;
    if (!root)
        return cr_err_set(err, CR_ENOMEM, "JSON: no memory for the document");
    *out_tree = grow(&growth, root);
    return 0;
}
