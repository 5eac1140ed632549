/* JSON bodies to structs of texts, and lists of ids. */
#include "shop_body.h"

#include "cr_json.h"

static int read_text(const struct cr_tree *value, const char *name, struct cr_slice *out_text,
                     struct cr_err *err)
{
    enum cr_tree_kind kind = cr_tree_kind(value);
    if (kind == CR_TREE_ARRAY || kind == CR_TREE_OBJECT)
        return cr_err_set(err, CR_EINVAL, "'%s' must be a text, not %s", name,
                          cr_tree_kind_name(kind));
    struct cr_slice text = cr_tree_slice(value);
    if (text.len > SHOP_TEXT_MAX)
        return cr_err_set(err, CR_EINVAL, "'%s' has %zu bytes, at most %d are allowed", name,
                          text.len, SHOP_TEXT_MAX);
    *out_text = kind == CR_TREE_NULL ? (struct cr_slice){NULL, 0} : text;
    return 0;
}

static int parse(struct cr_slice body, struct cr_arena *arena, const struct cr_tree **out_tree,
                 struct cr_err *err)
{
    if (body.len == 0)
        return cr_err_set(err, CR_EINVAL, "the body is empty, JSON is expected");
    int rc = cr_json_parse(body, arena, out_tree, err);
    if (rc == CR_EPARSE || rc == CR_ELIMIT) {
        cr_err_prefix(err, "the body is no usable JSON: ");
        return CR_EINVAL;
    }
    return rc;
}

int shop_body_read(struct cr_slice body, const struct shop_field *fields, size_t count,
                   struct cr_arena *arena, void *out_struct, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = parse(body, arena, &tree, err);
    if (rc)
        return rc;
    if (cr_tree_kind(tree) != CR_TREE_OBJECT)
        return cr_err_set(err, CR_EINVAL, "the body must be a JSON object, not %s",
                          cr_tree_kind_name(cr_tree_kind(tree)));
    for (size_t i = 0; i < count; i++) {
        const struct shop_field *field = &fields[i];
        struct cr_slice text = {NULL, 0};
        rc = read_text(cr_tree_get(tree, field->name), field->name, &text, err);
        if (rc)
            return rc;
        if (field->required && text.len == 0)
            return cr_err_set(err, CR_EINVAL, "'%s' is missing", field->name);
        *(struct cr_slice *)(void *)((char *)out_struct + field->offset) = text;
    }
    return 0;
}

int shop_body_ids(struct cr_slice body, struct cr_arena *arena, const struct cr_slice **out_ids,
                  size_t *out_count, struct cr_err *err)
{
    const struct cr_tree *tree = NULL;
    int rc = parse(body, arena, &tree, err);
    if (rc)
        return rc;
    size_t count = cr_tree_count(tree);
    if (cr_tree_kind(tree) != CR_TREE_ARRAY || count > SHOP_IDS_MAX)
        return cr_err_set(err, CR_EINVAL,
                          "the body must be a JSON array of at most %d ids, e.g. [\"...\"]",
                          SHOP_IDS_MAX);
    struct cr_slice *ids = cr_arena_array(arena, count + 1, sizeof *ids);
    if (!ids)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    size_t filled = 0;
    for (const struct cr_tree *id = cr_tree_first(tree); id; id = cr_tree_next(id)) {
        if (cr_tree_kind(id) != CR_TREE_STRING)
            return cr_err_set(err, CR_EINVAL, "id number %zu must be a text, not %s", filled + 1,
                              cr_tree_kind_name(cr_tree_kind(id)));
        rc = read_text(id, "id", &ids[filled++], err);
        if (rc)
            return rc;
    }
    *out_ids = ids;
    *out_count = count;
    return 0;
}
