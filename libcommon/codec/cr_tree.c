/* Read access to parsed values; total, so that look-ups chain. */
#include "cr_tree.h"

#include "cr_err.h"
#include "cr_int.h"
#include "cr_number.h"
#include "cr_tree_private.h"

enum cr_tree_kind cr_tree_kind(const struct cr_tree *tree)
{
    return tree ? tree->kind : CR_TREE_NULL;
}

const char *cr_tree_kind_name(enum cr_tree_kind kind)
{
    static const char *const names[] = {
        [CR_TREE_NULL] = "null",       [CR_TREE_BOOL] = "a boolean", [CR_TREE_NUMBER] = "a number",
        [CR_TREE_STRING] = "a string", [CR_TREE_ARRAY] = "an array", [CR_TREE_OBJECT] = "an object",
    };
    return names[kind];
}

const struct cr_tree *cr_tree_get(const struct cr_tree *tree, const char *key)
{
    if (cr_tree_kind(tree) != CR_TREE_OBJECT)
        return NULL;
    const struct cr_tree *found = NULL;
    struct cr_slice wanted = cr_slice_of(key);
    for (const struct cr_tree *member = tree->first; member; member = member->next)
        if (cr_slice_equal(member->key, wanted))
            found = member;
    return found;
}

const struct cr_tree *cr_tree_at(const struct cr_tree *tree, size_t index)
{
    if (cr_tree_kind(tree) != CR_TREE_ARRAY || index >= tree->count)
        return NULL;
    const struct cr_tree *element = tree->first;
    while (index-- > 0)
        element = element->next;
    return element;
}

size_t cr_tree_count(const struct cr_tree *tree)
{
    return tree ? tree->count : 0;
}

const struct cr_tree *cr_tree_first(const struct cr_tree *tree)
{
    return tree ? tree->first : NULL;
}

const struct cr_tree *cr_tree_next(const struct cr_tree *tree)
{
    return tree ? tree->next : NULL;
}

struct cr_slice cr_tree_key(const struct cr_tree *tree)
{
    return tree ? tree->key : (struct cr_slice){NULL, 0};
}

const char *cr_tree_text(const struct cr_tree *tree, const char *fallback)
{
    return cr_tree_kind(tree) == CR_TREE_STRING ? tree->text.ptr : fallback;
}

struct cr_slice cr_tree_slice(const struct cr_tree *tree)
{
    if (cr_tree_kind(tree) == CR_TREE_BOOL)
        return cr_slice_of(tree->truth ? "true" : "false");
    return tree ? tree->text : (struct cr_slice){NULL, 0};
}

bool cr_tree_bool(const struct cr_tree *tree, bool fallback)
{
    if (cr_tree_kind(tree) == CR_TREE_BOOL)
        return tree->truth;
    if (cr_tree_kind(tree) != CR_TREE_STRING)
        return fallback;
    if (cr_slice_equal_nocase(tree->text, CR_SLICE("true")))
        return true;
    if (cr_slice_equal_nocase(tree->text, CR_SLICE("false")))
        return false;
    return fallback;
}

/* "8080.00" is 8080. */
static struct cr_slice without_zero_fraction(struct cr_slice text)
{
    ptrdiff_t dot = cr_slice_find(text, '.');
    if (dot < 0 || (size_t)dot + 1 == text.len)
        return text;
    for (size_t i = (size_t)dot + 1; i < text.len; i++)
        if (text.ptr[i] != '0')
            return text;
    return cr_slice_sub(text, 0, (size_t)dot);
}

int cr_tree_int(const struct cr_tree *tree, int64_t min, int64_t max, int64_t *out_value)
{
    enum cr_tree_kind kind = cr_tree_kind(tree);
    if (kind == CR_TREE_NULL)
        return CR_ENOTFOUND;
    if (kind != CR_TREE_NUMBER && kind != CR_TREE_STRING)
        return CR_EINVAL;
    int rc = cr_int_parse(without_zero_fraction(tree->text), min, max, out_value);
    return rc == CR_EPARSE ? CR_EINVAL : rc;
}

int64_t cr_tree_int_or(const struct cr_tree *tree, int64_t fallback)
{
    int64_t value;
    return cr_tree_int(tree, INT64_MIN, INT64_MAX, &value) == 0 ? value : fallback;
}

double cr_tree_double(const struct cr_tree *tree, double fallback)
{
    enum cr_tree_kind kind = cr_tree_kind(tree);
    double value;
    if (kind != CR_TREE_NUMBER && kind != CR_TREE_STRING)
        return fallback;
    return cr_number_double(tree->text, &value) == 0 ? value : fallback;
}
