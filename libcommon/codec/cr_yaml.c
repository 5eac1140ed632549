/* YAML to flat documents: libyaml's events are composed to nodes (anchors, duplicate keys and
 * merges are ours), and the nodes of each document are flattened. */
#include "cr_yaml.h"

#include <string.h>

#include "cr_utf8.h"
#include "cr_yaml_escapes_private.h"
#include "cr_yaml_private.h"

/* A node that an event begins. */
static struct cr_yaml_node *begin(struct cr_yaml_composer *c, enum cr_yaml_kind kind,
                                  const yaml_event_t *event)
{
    int line = (int)event->start_mark.line + 1;
    if (c->depth > CR_YAML_DEPTH_MAX) {
        cr_err_set(c->err, CR_ELIMIT, "YAML line %d: more than %d levels", line, CR_YAML_DEPTH_MAX);
        return NULL;
    }
    return cr_yaml_node_new(c, kind, line, (int)event->start_mark.column + 1);
}

/* A finished node goes to where the stack is. */
static int attach(struct cr_yaml_composer *c, struct cr_yaml_node *node)
{
    struct cr_yaml_frame *frame = c->depth > 0 ? &c->stack[c->depth - 1] : NULL;
    if (frame && frame->node->kind == CR_YAML_MAP && !frame->key) {
        frame->key = node;
        return 0;
    }
    if (node->kind == CR_YAML_SCALAR && node->scalar.type == CR_YAML_MERGE)
        return cr_yaml_fail(c, node, "'<<' is a key; put it in quotes to have it as a text");
    if (!frame) {
        c->root = node;
        return 0;
    }
    struct cr_yaml_node *key = frame->key;
    frame->key = NULL;
    return cr_yaml_append(c, frame->node, key, node);
}

static int remember(struct cr_yaml_composer *c, const yaml_char_t *anchor,
                    struct cr_yaml_node *node)
{
    if (!anchor)
        return 0;
    int rc = cr_map_put(c->anchors, cr_slice_of((const char *)anchor), node);
    if (rc == CR_ELIMIT)
        return cr_err_set(c->err, rc, "YAML line %d: more than %d anchors", node->line,
                          CR_FLAT_PAIRS_MAX);
    return rc ? cr_flat_no_memory(c->err) : 0;
}

static int on_scalar(struct cr_yaml_composer *c, const yaml_event_t *event)
{
    struct cr_yaml_node *node = begin(c, CR_YAML_SCALAR, event);
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

static int on_alias(struct cr_yaml_composer *c, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    struct cr_yaml_node *node = cr_map_get(c->anchors, cr_slice_of(name));
    struct cr_yaml_node place = {.line = (int)event->start_mark.line + 1,
                                 .column = (int)event->start_mark.column + 1};
    if (!node)
        return cr_yaml_fail(c, &place, "an alias to an anchor that is not defined");
    if (node->open)
        return cr_yaml_fail(c, &place, "an alias inside its own anchor");
    return attach(c, node);
}

/* CR_ENOTFOUND for a tag that is not one of such a node. */
static int form_of(enum cr_yaml_kind kind, const char *tag, enum cr_yaml_form *out_form)
{
    static const struct {
        const char *tag;
        enum cr_yaml_kind kind;
        enum cr_yaml_form form;
    } forms[] = {
        {"tag:yaml.org,2002:map", CR_YAML_MAP, CR_YAML_PLAIN},
        {"tag:yaml.org,2002:seq", CR_YAML_LIST, CR_YAML_PLAIN},
        {"tag:yaml.org,2002:set", CR_YAML_MAP, CR_YAML_SET},
        {"tag:yaml.org,2002:omap", CR_YAML_LIST, CR_YAML_OMAP},
    };
    *out_form = CR_YAML_PLAIN;
    if (!tag || strcmp(tag, "!") == 0)
        return 0;
    for (size_t i = 0; i < CR_COUNT(forms); i++) {
        if (kind != forms[i].kind || strcmp(tag, forms[i].tag) != 0)
            continue;
        *out_form = forms[i].form;
        return 0;
    }
    return CR_ENOTFOUND;
}

static int on_start(struct cr_yaml_composer *c, const yaml_event_t *event)
{
    bool map = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    const yaml_char_t *anchor =
        map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    struct cr_yaml_node *node = begin(c, map ? CR_YAML_MAP : CR_YAML_LIST, event);
    if (!node)
        return CR_ELIMIT;
    if (form_of(node->kind, (const char *)tag, &node->form))
        return cr_err_set(c->err, CR_EPARSE,
                          "YAML line %d column %d: a %s cannot be of type '%.80s'", node->line,
                          node->column, map ? "map" : "list", (const char *)tag);
    node->open = true;
    c->stack[c->depth++] = (struct cr_yaml_frame){.node = node};
    return remember(c, anchor, node);
}

static int on_end(struct cr_yaml_composer *c)
{
    struct cr_yaml_node *node = c->stack[--c->depth].node;
    node->open = false;
    return attach(c, node);
}

static int on_document_end(struct cr_yaml_composer *c)
{
    if (!c->root)
        return 0;
    int rc = cr_yaml_construct(c, c->root);
    return rc ? rc : cr_yaml_flatten(c, c->root);
}

static int on_event(struct cr_yaml_composer *c, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        c->root = NULL;
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

/* The reader says how many bytes it had taken. */
static yaml_mark_t mark_of_offset(struct cr_slice text, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < text.len && i < offset; i++) {
        bool continued = ((unsigned char)text.ptr[i] & 0xc0) == 0x80;
        mark.column += continued ? 0 : 1;
        if (text.ptr[i] != '\n')
            continue;
        mark.line++;
        mark.column = 0;
    }
    return mark;
}

/* What most who write a tab there did not know. */
static bool is_tab(const struct cr_yaml_composer *c)
{
    const yaml_parser_t *p = &c->parser;
    struct cr_slice rest = c->text;
    for (size_t i = 0; i < p->problem_mark.index && rest.len > 0; i++)
        (void)cr_utf8_next(&rest);
    return p->error == YAML_SCANNER_ERROR && p->encoding == YAML_UTF8_ENCODING && rest.len > 0 &&
           rest.ptr[0] == '\t' && p->problem && strstr(p->problem, "cannot start any token");
}

static int parser_failed(struct cr_yaml_composer *c)
{
    const yaml_parser_t *p = &c->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return cr_err_set(c->err, CR_ENOMEM, "YAML: out of memory");
    yaml_mark_t mark = p->problem_mark.index || p->problem_mark.line ? p->problem_mark : p->mark;
    if (p->error == YAML_READER_ERROR && p->encoding == YAML_UTF8_ENCODING)
        mark = mark_of_offset(c->text, p->problem_offset);
    const char *problem = p->problem ? p->problem : "malformed";
    return cr_err_set(c->err, CR_EPARSE, "YAML line %zu column %zu: %s%s%s", mark.line + 1,
                      mark.column + 1, p->context ? p->context : "", p->context ? ", " : "",
                      is_tab(c) ? "found a tab; indent with blanks" : problem);
}

static int run(struct cr_yaml_composer *c)
{
    bool more = true;
    while (more) {
        yaml_event_t event;
        if (!yaml_parser_parse(&c->parser, &event))
            return parser_failed(c);
        more = event.type != YAML_STREAM_END_EVENT;
        c->line = (int)event.start_mark.line + 1;
        int rc = on_event(c, &event);
        yaml_event_delete(&event);
        if (rc)
            return rc;
    }
    return 0;
}

/* One attempt over one spelling of the text. *out_escape: it ended at an escape that respelling may
 * mend. */
static int parse(struct cr_slice text, struct cr_arena *arena, struct cr_flat *out_flat,
                 bool *out_escape, struct cr_err *err)
{
    struct cr_yaml_composer c = {
        .text = text, .arena = arena, .err = err, .path = {.max = CR_FLAT_KEY_MAX}};
    c.anchors = cr_map_new(CR_FLAT_PAIRS_MAX, NULL);
    c.keys = cr_map_new(0, NULL);
    int rc = cr_flat_builder_init(&c.flat, arena, err);
    if (rc == 0 && (!c.anchors || !c.keys || !yaml_parser_initialize(&c.parser)))
        rc = cr_flat_no_memory(err);
    if (rc == 0) {
        yaml_parser_set_input_string(&c.parser, (const unsigned char *)(text.ptr ? text.ptr : ""),
                                     text.len);
        rc = run(&c);
        *out_escape = rc == CR_EPARSE && cr_yaml_escapes_met(&c.parser);
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

int cr_yaml_parse(struct cr_slice text, struct cr_arena *arena, struct cr_flat *out_flat,
                  struct cr_err *err)
{
    if (text.len > CR_FLAT_BYTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "YAML: larger than %d bytes", CR_FLAT_BYTES_MAX);
    if (cr_slice_starts(text, CR_SLICE("\xef\xbb\xbf")))
        text = cr_slice_from(text, 3); /* libyaml would count it as a column */
    bool escape = false;
    int rc = parse(text, arena, out_flat, &escape, err);
    CR_AUTO(cr_buf) respelled = {0};
    if (escape && cr_yaml_escapes_respell(text, &respelled) == 0)
        rc = parse(cr_buf_view(&respelled), arena, out_flat, &escape, err);
    return rc;
}
