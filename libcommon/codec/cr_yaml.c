/* YAML to flat documents: libyaml's events are composed to nodes (anchors, duplicate keys and
 * merges are ours), and the nodes of each document are flattened. */
#include "cr_yaml.h"

#include <string.h>
#include <yaml.h>

#include "cr_flat_private.h"
#include "cr_yaml_scalar_private.h"

/* Of one file: nodes and members that are composed, and nodes that flattening visits. Aliases make
 * the second larger than the first ("billion laughs"). */
enum { NODES_MAX = 524288, VISITS_MAX = 262144 };

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct member {
    struct node *key; /* NULL in lists */
    struct node *value;
    struct member *next;
    bool merged; /* came by "<<": an explicit key may replace it */
};

struct node {
    enum node_kind kind;
    bool open; /* its end has not come: an alias to it would be recursive */
    struct cr_yaml_scalar scalar;
    struct member *first;
    struct member *last;
    int line;
    int column;
};

struct frame {
    struct node *node;
    struct node *key; /* waits for its value */
};

struct composer {
    yaml_parser_t parser;
    struct cr_flat_builder flat;
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_map *anchors;
    struct cr_map *keys; /* of the map that is being closed */
    struct cr_buf key_text;
    struct cr_buf path;
    struct frame stack[CR_FLAT_DEPTH_MAX];
    size_t depth;
    struct node *root;
    size_t nodes;
    size_t visits;
};

static int fail_at(struct composer *c, int line, int column, const char *reason)
{
    return cr_err_set(c->err, CR_EPARSE, "YAML line %d column %d: %s", line, column, reason);
}

static int no_memory(struct composer *c)
{
    return cr_flat_no_memory(c->err);
}

static int count_node(struct composer *c)
{
    if (++c->nodes > NODES_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML: more than %d nodes", NODES_MAX);
    return 0;
}

static struct node *node_new(struct composer *c, enum node_kind kind, const yaml_event_t *event)
{
    if (count_node(c))
        return NULL;
    struct node *node = cr_arena_alloc(c->arena, sizeof *node);
    if (!node) {
        no_memory(c);
        return NULL;
    }
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    return node;
}

static int append(struct composer *c, struct node *parent, struct node *key, struct node *value)
{
    int rc = count_node(c);
    if (rc)
        return rc;
    struct member *member = cr_arena_alloc(c->arena, sizeof *member);
    if (!member)
        return no_memory(c);
    member->key = key;
    member->value = value;
    if (parent->last)
        parent->last->next = member;
    else
        parent->first = member;
    parent->last = member;
    return 0;
}

/* A finished node goes to where the stack is. */
static int attach(struct composer *c, struct node *node)
{
    if (c->depth == 0) {
        c->root = node;
        return 0;
    }
    struct frame *frame = &c->stack[c->depth - 1];
    if (frame->node->kind == NODE_LIST)
        return append(c, frame->node, NULL, node);
    if (!frame->key) {
        if (node->kind != NODE_SCALAR)
            return fail_at(c, node->line, node->column, "a list or a map cannot be a key");
        frame->key = node;
        return 0;
    }
    struct node *key = frame->key;
    frame->key = NULL;
    return append(c, frame->node, key, node);
}

/* "1" and 1 are different keys. */
static struct cr_slice key_identity(struct composer *c, const struct node *key)
{
    cr_buf_reset(&c->key_text);
    cr_buf_char(&c->key_text, (char)('0' + (int)key->scalar.kind + (key->scalar.null ? 4 : 0)));
    cr_buf_slice(&c->key_text, key->scalar.text);
    return cr_buf_view(&c->key_text);
}

static int put_key(struct composer *c, struct node *map, const struct member *member, bool merged)
{
    struct cr_slice identity = key_identity(c, member->key);
    if (cr_buf_status(&c->key_text))
        return no_memory(c);
    struct member *seen = cr_map_get(c->keys, identity);
    if (seen && merged)
        return 0;
    if (seen && !seen->merged) {
        cr_err_set(c->err, CR_EPARSE, "YAML line %d column %d: duplicate key '%.100s'",
                   member->key->line, member->key->column, member->key->scalar.text.ptr);
        return CR_EPARSE;
    }
    if (seen) {
        seen->key = member->key;
        seen->value = member->value;
        seen->merged = false;
        return 0;
    }
    int rc = append(c, map, member->key, member->value);
    if (rc)
        return rc;
    map->last->merged = merged;
    return cr_map_put(c->keys, identity, map->last) ? no_memory(c) : 0;
}

static int merge(struct composer *c, struct node *map, const struct node *from)
{
    int rc = 0;
    if (from->kind == NODE_MAP) {
        for (const struct member *m = from->first; m && !rc; m = m->next)
            rc = put_key(c, map, m, true);
        return rc;
    }
    bool maps = from->kind == NODE_LIST;
    for (const struct member *m = from->first; m && maps; m = m->next)
        maps = m->value->kind == NODE_MAP;
    if (!maps)
        return fail_at(c, from->line, from->column, "'<<' needs a map or a list of maps");
    for (const struct member *m = from->first; m && !rc; m = m->next)
        rc = merge(c, map, m->value); /* a map now: no deeper */
    return rc;
}

/* Applies "<<" in SnakeYAML's order and finds duplicate keys. */
static int close_map(struct composer *c, struct node *map)
{
    struct member *own = map->first;
    map->first = NULL;
    map->last = NULL;
    cr_map_clear(c->keys);
    int rc = 0;
    for (; own && !rc; own = own->next)
        rc = own->key->scalar.merge ? merge(c, map, own->value) : put_key(c, map, own, false);
    return rc;
}

static int remember(struct composer *c, const yaml_char_t *anchor, struct node *node)
{
    if (!anchor)
        return 0;
    int rc = cr_map_put(c->anchors, cr_slice_of((const char *)anchor), node);
    if (rc == CR_ELIMIT)
        return cr_err_set(c->err, rc, "YAML: more than %d anchors", CR_FLAT_PAIRS_MAX);
    return rc ? no_memory(c) : 0;
}

static int on_scalar(struct composer *c, const yaml_event_t *event)
{
    struct node *node = node_new(c, NODE_SCALAR, event);
    if (!node)
        return CR_ELIMIT;
    struct cr_slice text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    int rc = cr_yaml_scalar_resolve(text, (const char *)event->data.scalar.tag, plain, c->arena,
                                    &node->scalar, c->err);
    if (rc == CR_EPARSE)
        cr_err_prefix(c->err, "YAML line %d column %d: ", node->line, node->column);
    if (rc == 0)
        rc = remember(c, event->data.scalar.anchor, node);
    return rc ? rc : attach(c, node);
}

static int on_alias(struct composer *c, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct node *node = cr_map_get(c->anchors, cr_slice_of(name));
    int line = (int)event->start_mark.line + 1;
    int column = (int)event->start_mark.column + 1;
    if (!node)
        return fail_at(c, line, column, "an alias to an anchor that is not defined");
    if (node->open)
        return fail_at(c, line, column, "an alias inside its own anchor");
    return attach(c, node);
}

static bool is_default_tag(const yaml_char_t *tag, const char *name)
{
    return !tag || strcmp((const char *)tag, "!") == 0 || strcmp((const char *)tag, name) == 0;
}

static int on_start(struct composer *c, const yaml_event_t *event)
{
    bool map = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    const yaml_char_t *anchor =
        map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    struct node *node = node_new(c, map ? NODE_MAP : NODE_LIST, event);
    if (!node)
        return CR_ELIMIT;
    if (!is_default_tag(tag, map ? YAML_MAP_TAG : YAML_SEQ_TAG))
        return fail_at(c, node->line, node->column, "unknown tag of a list or map");
    if (c->depth >= CR_FLAT_DEPTH_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: more than %d levels", node->line,
                          CR_FLAT_DEPTH_MAX);
    node->open = true;
    c->stack[c->depth++] = (struct frame){.node = node};
    return remember(c, anchor, node);
}

static int on_end(struct composer *c)
{
    struct node *node = c->stack[--c->depth].node;
    node->open = false;
    int rc = node->kind == NODE_MAP ? close_map(c, node) : 0;
    return rc ? rc : attach(c, node);
}

static int flatten(struct composer *c, const struct node *node, unsigned depth);

static bool has_text(struct cr_slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] > ' ')
            return true;
    return false;
}

/* Appends a key to the path as YamlProcessor does; the caller cuts it off again. */
static void push_key(struct composer *c, const struct node *key)
{
    bool string = key->scalar.kind == CR_FLAT_STRING && !key->scalar.null;
    struct cr_slice text = key->scalar.text;
    bool bracketed = !string || cr_slice_starts(text, CR_SLICE("["));
    if (!has_text(cr_buf_view(&c->path)))
        cr_buf_reset(&c->path);
    else if (!bracketed)
        cr_buf_char(&c->path, '.');
    if (string)
        cr_buf_slice(&c->path, text);
    else
        cr_buf_printf(&c->path, "[%s]", key->scalar.null ? "null" : text.ptr);
}

/* Back to the parent's path; a blank one joins nothing and may as well be empty. */
static int flatten_children(struct composer *c, const struct node *node, unsigned depth)
{
    bool blank = !has_text(cr_buf_view(&c->path));
    size_t length = blank ? 0 : c->path.len; /* a blank path joins nothing: as good as empty */
    size_t index = 0;
    int rc = 0;
    for (const struct member *m = node->first; m && !rc; m = m->next) {
        if (m->key)
            push_key(c, m->key);
        else
            cr_buf_printf(&c->path, "[%zu]", index++);
        if (cr_buf_status(&c->path))
            return cr_err_set(c->err, CR_ELIMIT, "YAML line %d: a key longer than %d bytes",
                              m->value->line, CR_FLAT_KEY_MAX);
        rc = flatten(c, m->value, depth + 1);
        c->path.len = length;
        c->path.data[length] = '\0';
    }
    return rc;
}

static int flatten(struct composer *c, const struct node *node, unsigned depth)
{
    if (++c->visits > VISITS_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML: aliases expand to more than %d values",
                          VISITS_MAX);
    if (depth > CR_FLAT_DEPTH_MAX)
        return cr_err_set(c->err, CR_ELIMIT, "YAML: aliases nest deeper than %d levels",
                          CR_FLAT_DEPTH_MAX);
    if (node->kind != NODE_SCALAR && node->first)
        return flatten_children(c, node, depth);
    if (node->kind == NODE_MAP)
        return 0;
    struct cr_flat_pair pair = {
        .key = cr_buf_view(&c->path),
        .text = node->kind == NODE_LIST ? CR_SLICE("") : node->scalar.text,
        .kind = node->scalar.kind,
        .line = node->line,
        .column = node->column,
    };
    return cr_flat_builder_put(&c->flat, &pair);
}

static int on_document_end(struct composer *c)
{
    struct node *root = c->root;
    c->root = NULL;
    if (!root || (root->kind == NODE_SCALAR && root->scalar.null))
        return 0;
    cr_buf_reset(&c->path);
    cr_buf_text(&c->path, root->kind == NODE_MAP ? "" : "document");
    int rc = flatten(c, root, 0);
    return rc ? rc : cr_flat_builder_end_doc(&c->flat);
}

static int on_event(struct composer *c, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        cr_map_clear(c->anchors);
        return 0;
    case YAML_SCALAR_EVENT:
        return on_scalar(c, event);
    case YAML_ALIAS_EVENT:
        return on_alias(c, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return on_start(c, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(c);
    case YAML_DOCUMENT_END_EVENT:
        return on_document_end(c);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
        return 0;
    }
    return 0;
}

static int parser_failed(struct composer *c)
{
    const yaml_parser_t *p = &c->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return cr_err_set(c->err, CR_ENOMEM, "YAML: out of memory");
    yaml_mark_t mark = p->problem_mark.index || p->problem_mark.line ? p->problem_mark : p->mark;
    return cr_err_set(c->err, CR_EPARSE, "YAML line %zu column %zu: %s%s%s", mark.line + 1,
                      mark.column + 1, p->context ? p->context : "", p->context ? ", " : "",
                      p->problem ? p->problem : "malformed");
}

static int run(struct composer *c)
{
    bool more = true;
    while (more) {
        yaml_event_t event;
        if (!yaml_parser_parse(&c->parser, &event))
            return parser_failed(c);
        more = event.type != YAML_STREAM_END_EVENT;
        int rc = on_event(c, &event);
        yaml_event_delete(&event);
        if (rc)
            return rc;
    }
    return 0;
}

int cr_yaml_parse(struct cr_slice text, struct cr_arena *arena, struct cr_flat *out_flat,
                  struct cr_err *err)
{
    if (text.len > CR_FLAT_BYTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "YAML: larger than %d bytes", CR_FLAT_BYTES_MAX);
    struct composer c = {.arena = arena, .err = err, .path = {.max = CR_FLAT_KEY_MAX}};
    c.anchors = cr_map_new(CR_FLAT_PAIRS_MAX, NULL);
    c.keys = cr_map_new(0, NULL);
    int rc = cr_flat_builder_init(&c.flat, arena, err);
    if (!c.anchors || !c.keys || !yaml_parser_initialize(&c.parser))
        rc = no_memory(&c);
    if (rc == 0) {
        yaml_parser_set_input_string(&c.parser, (const unsigned char *)(text.ptr ? text.ptr : ""),
                                     text.len);
        rc = run(&c);
        yaml_parser_delete(&c.parser);
    }
    if (rc == 0)
        rc = cr_flat_builder_finish(&c.flat, out_flat);
    cr_flat_builder_fini(&c.flat);
    cr_map_free(c.anchors);
    cr_map_free(c.keys);
    cr_buf_free(&c.key_text);
    cr_buf_free(&c.path);
    return rc;
}
