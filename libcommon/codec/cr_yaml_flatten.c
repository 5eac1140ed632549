/* Nodes to flat pairs, as Spring's YamlProcessor joins keys. */
#include "cr_utf8.h"
#include "cr_yaml_private.h"

bool cr_yaml_is_map(const struct cr_yaml_node *node)
{
    if (node->kind == CR_YAML_MAP)
        return node->form != CR_YAML_SET;
    return node->form == CR_YAML_OMAP && node->first;
}

static bool is_empty_list(const struct cr_yaml_node *node)
{
    return node->kind == CR_YAML_LIST && !node->first;
}

static void put_scalar(const struct cr_yaml_node *node, bool in_key, struct cr_buf *out)
{
    if (in_key && node->scalar.type == CR_YAML_NULL)
        cr_buf_text(out, "null"); /* a null value is empty: Spring Boot replaces it */
    else
        cr_buf_slice(out, node->scalar.text);
}

static int put_text(struct cr_yaml_composer *c, const struct cr_yaml_node *node, bool in_key,
                    unsigned depth, struct cr_buf *out)
{
    if (depth > CR_FLAT_DEPTH_MAX || out->len > CR_FLAT_KEY_MAX || cr_buf_status(out))
        return cr_yaml_fail_key(c, node);
    if (node->kind == CR_YAML_SCALAR) {
        if (node->scalar.type == CR_YAML_BINARY || node->scalar.type == CR_YAML_TIMESTAMP)
            return cr_yaml_fail(c, node, "bytes and timestamps cannot be keys");
        put_scalar(node, in_key, out);
        return 0;
    }
    bool list = !cr_yaml_is_map(node);
    if (is_empty_list(node))
        return 0; /* an empty text everywhere */
    cr_buf_char(out, list ? '[' : '{');
    int rc = 0;
    for (const struct cr_yaml_member *m = node->shown; m && !rc; m = m->next) {
        if (m != node->shown)
            cr_buf_text(out, ", ");
        rc = m->key ? put_text(c, m->key, true, depth + 1, out) : 0;
        if (m->key)
            cr_buf_char(out, '=');
        if (rc == 0)
            rc = put_text(c, m->value, node->form == CR_YAML_SET, depth + 1, out);
    }
    cr_buf_char(out, list ? ']' : '}');
    return rc;
}

int cr_yaml_key_text(struct cr_yaml_composer *c, const struct cr_yaml_node *key, struct cr_buf *out)
{
    return put_text(c, key, true, 0, out);
}

/* Character.isWhitespace. */
static bool is_blank(uint32_t c)
{
    return (c >= 0x9 && c <= 0xd) || (c >= 0x1c && c <= 0x20) || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a && c != 0x2007) || c == 0x2028 || c == 0x2029 ||
           c == 0x205f || c == 0x3000;
}

static bool has_text(struct cr_slice path)
{
    while (path.len > 0)
        if (!is_blank(cr_utf8_next(&path)))
            return true;
    return false;
}

/* An empty list stands for the empty text, also as a key. */
bool cr_yaml_is_text(const struct cr_yaml_node *key)
{
    if (key->kind == CR_YAML_SCALAR)
        return key->scalar.type == CR_YAML_STRING;
    return is_empty_list(key);
}

/* Appends a key to the path; the caller cuts it off again. */
static int push_key(struct cr_yaml_composer *c, const struct cr_yaml_node *key)
{
    bool text = cr_yaml_is_text(key);
    bool bracketed = !text || cr_slice_starts(key->scalar.text, CR_SLICE("["));
    if (c->path.len > 0 && !bracketed)
        cr_buf_char(&c->path, '.');
    if (!text)
        cr_buf_char(&c->path, '[');
    int rc = cr_yaml_key_text(c, key, &c->path);
    if (!text)
        cr_buf_char(&c->path, ']');
    return rc;
}

static int flatten(struct cr_yaml_composer *c, const struct cr_yaml_node *node, unsigned depth);

static int flatten_children(struct cr_yaml_composer *c, const struct cr_yaml_node *node,
                            unsigned depth)
{
    if (!has_text(cr_buf_view(&c->path)))
        cr_buf_reset(&c->path); /* a blank path joins nothing */
    size_t length = c->path.len;
    size_t index = 0;
    int rc = 0;
    for (const struct cr_yaml_member *m = node->shown; m && !rc; m = m->next) {
        if (m->key)
            rc = push_key(c, m->key);
        else
            cr_buf_printf(&c->path, "[%zu]", index++);
        if (rc == 0 && cr_buf_status(&c->path))
            rc = cr_yaml_fail_key(c, m->value);
        if (rc == 0)
            rc = flatten(c, m->value, depth + 1);
        if (rc == 0 && c->path.len > 0) {
            c->path.len = length;
            c->path.data[length] = '\0';
        }
    }
    return rc;
}

static int flatten(struct cr_yaml_composer *c, const struct cr_yaml_node *node, unsigned depth)
{
    if (++c->visits > CR_YAML_VISITS_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: aliases expand to more than %d values",
                          node->line, CR_YAML_VISITS_MAX);
    if (depth > CR_FLAT_DEPTH_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: aliases nest deeper than %d levels",
                          node->line, CR_FLAT_DEPTH_MAX);
    if (node->kind != CR_YAML_SCALAR && node->shown)
        return flatten_children(c, node, depth);
    if (cr_yaml_is_map(node))
        return 0;
    bool placed = node->form != CR_YAML_SET;
    struct cr_flat_pair pair = {
        .key = cr_buf_view(&c->path),
        .text = node->kind == CR_YAML_SCALAR ? node->scalar.text : CR_SLICE(""),
        .kind = node->scalar.kind,
        .line = placed ? node->line : 0,
        .column = placed ? node->column : 0,
    };
    int rc = cr_flat_builder_put(&c->flat, &pair);
    if (rc)
        (void)cr_err_prefix(c->err, node->line > 0 ? "YAML " : "YAML: ");
    return rc;
}

/* An empty text, whatever it was written as, is no document. */
static bool is_nothing(const struct cr_yaml_node *root)
{
    if (root->kind == CR_YAML_SCALAR)
        return root->scalar.text.len == 0 && root->scalar.type != CR_YAML_BINARY;
    return is_empty_list(root);
}

int cr_yaml_flatten(struct cr_yaml_composer *c, const struct cr_yaml_node *root)
{
    if (is_nothing(root))
        return 0;
    cr_buf_reset(&c->path);
    cr_buf_text(&c->path, cr_yaml_is_map(root) ? "" : "document");
    int rc = flatten(c, root, 0);
    if (rc)
        return rc;
    rc = cr_flat_builder_end_doc(&c->flat);
    if (rc)
        (void)cr_err_prefix(c->err, "YAML ");
    return rc;
}
