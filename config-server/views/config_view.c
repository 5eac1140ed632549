/* config_view: hands an environment to the writer of the form that was asked for. */
#include "config_view.h"

#include "cr_json_writer.h"
#include "flat_map.h"
#include "nested.h"
#include "placeholders.h"
#include "yaml_writer.h"

/* --- properties --- */

static int render_properties(const struct cr_wire_environment *environment, bool resolve,
                             struct cr_arena *arena, struct cr_buf *out, struct cr_err *err)
{
    struct flat_map map;
    CR_AUTO(cr_buf) text = {.max = out->max};
    int rc = flat_map_merge(environment, arena, &map, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < map.count; i++) {
        const struct cr_wire_property *property = map.items[i];
        if (i > 0)
            cr_buf_char(&text, '\n');
        cr_buf_slice(&text, property->key);
        cr_buf_text(&text, ": ");
        cr_buf_slice(&text, property->kind == CR_WIRE_NULL ? CR_SLICE("null") : property->text);
    }
    rc = cr_buf_status(&text);
    if (rc < 0)
        return cr_err_set(err, rc, "the answer: %s", cr_code_name(rc));
    if (!resolve) {
        cr_buf_slice(out, cr_buf_view(&text));
        return 0;
    }
    CR_AUTO_PLACEHOLDERS placeholders = placeholders_new(environment);
    return placeholders ? placeholders_text(placeholders, cr_buf_view(&text), out, err)
                        : cr_err_set(err, CR_ENOMEM, "out of memory");
}

/* --- the nested forms --- */

/* Strings only: a number that a placeholder brings stays a string, as in Spring. */
static int resolve_values(struct placeholders *placeholders, struct nested *node,
                          struct cr_arena *arena, struct cr_err *err)
{
    if (node->kind == NESTED_VALUE && node->value == CR_WIRE_STRING &&
        placeholders_has(node->text)) {
        CR_AUTO(cr_buf) text = {0};
        int rc = placeholders_value(placeholders, node->text, &text, err);
        if (rc < 0)
            return rc;
        struct cr_slice view = cr_buf_view(&text);
        node->text = (struct cr_slice){cr_arena_slice(arena, view), view.len};
        return node->text.ptr ? 0 : cr_err_set(err, CR_ENOMEM, "out of memory");
    }
    int rc = 0;
    for (struct nested *child = node->first; rc == 0 && child; child = child->next)
        rc = resolve_values(placeholders, child, arena, err);
    return rc;
}

static int build_tree(const struct cr_wire_environment *environment, bool resolve,
                      struct cr_arena *arena, struct nested **out_root, struct cr_err *err)
{
    struct flat_map map;
    int rc = flat_map_merge(environment, arena, &map, err);
    if (rc == 0)
        rc = nested_build(&map, arena, out_root, err);
    if (rc < 0 || !resolve)
        return rc;
    CR_AUTO_PLACEHOLDERS placeholders = placeholders_new(environment);
    return placeholders ? resolve_values(placeholders, *out_root, arena, err)
                        : cr_err_set(err, CR_ENOMEM, "out of memory");
}

static void write_json(struct cr_json_writer *w, const struct nested *node)
{
    switch (node->kind) {
    case NESTED_EMPTY:
        cr_json_null(w);
        break;
    case NESTED_VALUE:
        if (node->value == CR_WIRE_STRING)
            cr_json_string(w, node->text);
        else if (node->value == CR_WIRE_NULL)
            cr_json_null(w);
        else
            cr_json_raw(w, node->text);
        break;
    case NESTED_MAP:
        cr_json_begin_object(w);
        for (const struct nested *child = node->first; child; child = child->next) {
            cr_json_key_slice(w, child->key);
            write_json(w, child);
        }
        cr_json_end_object(w);
        break;
    case NESTED_LIST:
        cr_json_begin_array(w);
        for (const struct nested *child = node->first; child; child = child->next)
            write_json(w, child);
        cr_json_end_array(w);
        break;
    }
}

static int render_nested(const struct cr_wire_environment *environment,
                         const struct config_view_options *options, struct cr_arena *arena,
                         struct cr_buf *out, struct cr_err *err)
{
    struct nested nothing = {.kind = NESTED_MAP}, *root = &nothing;
    int rc = build_tree(environment, options->resolve, arena, &root, err);
    if (rc < 0)
        return rc;
    if (options->view == CONFIG_VIEW_JSON) {
        struct cr_json_writer w;
        cr_json_init(&w, out);
        write_json(&w, root);
    } else if (options->strip_document && root->count == 1 &&
               cr_slice_is(root->first->key, "document")) {
        yaml_write_bare(root->first, arena, out);
    } else {
        yaml_write(root, arena, out);
    }
    return 0;
}

int config_view_render(const struct cr_wire_environment *environment,
                       const struct config_view_options *options, struct cr_arena *arena,
                       struct cr_buf *out, struct cr_err *err)
{
    int rc = 0;
    switch (options->view) {
    case CONFIG_VIEW_V1:
    case CONFIG_VIEW_V2:
        cr_wire_environment_write(environment, options->view == CONFIG_VIEW_V2, out);
        break;
    case CONFIG_VIEW_YAML:
    case CONFIG_VIEW_JSON:
        rc = render_nested(environment, options, arena, out, err);
        break;
    case CONFIG_VIEW_PROPERTIES:
        rc = render_properties(environment, options->resolve, arena, out, err);
        break;
    }
    if (rc < 0)
        return rc;
    rc = cr_buf_status(out);
    return rc < 0 ? cr_err_set(err, rc, "the answer: %s", cr_code_name(rc)) : 0;
}

const char *config_view_type(enum config_view view)
{
    switch (view) {
    case CONFIG_VIEW_V2:
        return CR_WIRE_ENVIRONMENT_V2;
    case CONFIG_VIEW_YAML:
    case CONFIG_VIEW_PROPERTIES:
        return "text/plain";
    case CONFIG_VIEW_V1:
    case CONFIG_VIEW_JSON:
    default:
        return "application/json";
    }
}

void config_view_key(const struct config_view_options *options, struct cr_buf *out)
{
    cr_buf_char(out, (char)('1' + (int)options->view));
    cr_buf_char(out, options->resolve ? 'r' : '-');
    cr_buf_char(out, options->strip_document ? 's' : '-');
}
