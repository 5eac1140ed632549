/* XML text to a tree, by libexpat, which checks that it is well-formed and decodes it. What expat
 * leaves open is closed here: no document type, and bounds on everything that grows. */
#include "cr_xml.h"

#include <expat.h>
#include <string.h>

#include "cr_buf.h"
#include "cr_tree_private.h"

/* An element that has not ended: its value, and the text that stands directly in it so far. */
struct frame {
    struct cr_tree *node;
    struct cr_buf text;
};

struct growth {
    XML_Parser parser;
    struct cr_arena *arena;
    struct cr_err *err;
    int rc; /* set once; the parser is then stopped, but may still call */
    size_t elements;
    size_t depth; /* of open frames; the root's wrapper is frame 0 */
    struct frame frames[CR_XML_DEPTH_MAX + 1];
};

static void stop(struct growth *g, int code, const char *reason)
{
    if (g->rc)
        return;
    g->rc = cr_err_set(g->err, code, "XML line %lu column %lu: %s",
                       (unsigned long)XML_GetCurrentLineNumber(g->parser),
                       (unsigned long)XML_GetCurrentColumnNumber(g->parser) + 1, reason);
    XML_StopParser(g->parser, XML_FALSE);
}

static void stop_for_memory(struct growth *g)
{
    stop(g, CR_ELIMIT, "the document needs more memory than allowed");
}

/* False: the growth was stopped. */
static bool put_text(struct growth *g, struct cr_slice *to, struct cr_slice text)
{
    char *copy = text.len > 0 ? cr_arena_slice(g->arena, text) : NULL;
    if (text.len > 0 && !copy) {
        stop_for_memory(g);
        return false;
    }
    *to = (struct cr_slice){copy ? copy : "", text.len};
    return true;
}

/* An empty string under a new name in a value, which thereby is an object. NULL: stopped. */
static struct cr_tree *add(struct growth *g, struct cr_tree *parent, const char *prefix,
                           const char *name)
{
    struct cr_tree *node = cr_arena_alloc(g->arena, sizeof *node);
    const char *key = cr_arena_printf(g->arena, "%s%s", prefix, name);
    if (!node || !key) {
        stop_for_memory(g);
        return NULL;
    }
    *node = (struct cr_tree){.kind = CR_TREE_STRING, .key = cr_slice_of(key), .text = {"", 0}};
    parent->kind = CR_TREE_OBJECT;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
    return node;
}

static void add_attribute(struct growth *g, struct cr_tree *element, const char *name,
                          const char *value)
{
    if (strlen(name) > CR_XML_NAME_MAX) {
        stop(g, CR_ELIMIT, "an attribute's name is too long");
        return;
    }
    struct cr_tree *node = add(g, element, "@", name);
    if (node)
        put_text(g, &node->text, cr_slice_of(value));
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct growth *g = ctx;
    bool too_long = strlen(name) > CR_XML_NAME_MAX;
    if (g->rc)
        return;
    if (g->depth > CR_XML_DEPTH_MAX) {
        stop(g, CR_ELIMIT, "elements are nested too deeply");
        return;
    }
    if (g->elements++ == CR_XML_ELEMENTS_MAX || too_long) {
        stop(g, CR_ELIMIT, too_long ? "an element's name is too long" : "too many elements");
        return;
    }
    struct cr_tree *node = add(g, g->frames[g->depth - 1].node, "", name);
    if (!node)
        return;
    struct frame *frame = &g->frames[g->depth++];
    frame->node = node;
    cr_buf_reset(&frame->text);
    for (size_t i = 0; attributes[i] && !g->rc; i += 2) {
        if (i / 2 == CR_XML_ATTRIBUTES_MAX)
            stop(g, CR_ELIMIT, "an element has too many attributes");
        else
            add_attribute(g, node, attributes[i], attributes[i + 1]);
    }
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
    struct growth *g = ctx;
    if (!g->rc)
        cr_buf_append(&g->frames[g->depth - 1].text, text, (size_t)len);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct growth *g = ctx;
    (void)name;
    if (g->rc)
        return;
    struct frame *frame = &g->frames[--g->depth];
    struct cr_slice text = cr_buf_view(&frame->text);
    if (cr_buf_status(&frame->text)) {
        stop(g, CR_ENOMEM, "no memory for the document");
        return;
    }
    if (frame->node->kind == CR_TREE_STRING) {
        put_text(g, &frame->node->text, text);
    } else if (cr_slice_trim(text).len > 0) {
        struct cr_tree *member = add(g, frame->node, "", "$");
        if (member)
            put_text(g, &member->text, text);
    }
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    stop(ctx, CR_EPARSE, "a DOCTYPE is refused, and with it all entities; leave it out");
}

static void free_parser(XML_Parser *parser)
{
    if (*parser)
        XML_ParserFree(*parser);
}

static int grow(struct growth *g, struct cr_slice text)
{
    XML_SetUserData(g->parser, g);
    XML_SetElementHandler(g->parser, on_start, on_end);
    XML_SetCharacterDataHandler(g->parser, on_text);
    XML_SetStartDoctypeDeclHandler(g->parser, on_doctype);
    const char *from = text.len > 0 ? text.ptr : "";
    if (XML_Parse(g->parser, from, (int)text.len, XML_TRUE) == XML_STATUS_OK || g->rc)
        return g->rc;
    enum XML_Error error = XML_GetErrorCode(g->parser);
    stop(g, error == XML_ERROR_NO_MEMORY ? CR_ENOMEM : CR_EPARSE, XML_ErrorString(error));
    return g->rc;
}

int cr_xml_parse(struct cr_slice text, struct cr_arena *arena, const struct cr_tree **out_tree,
                 struct cr_err *err)
{
    if (text.len > CR_XML_BYTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "XML: larger than %d bytes", CR_XML_BYTES_MAX);
    struct cr_tree *root = cr_arena_alloc(arena, sizeof *root);
    if (!root)
        return cr_err_set(err, CR_ELIMIT, "XML: the document needs more memory than allowed");
    root->kind = CR_TREE_OBJECT;
    CR_CLEANUP(free_parser) XML_Parser parser = XML_ParserCreate(NULL);
    if (!parser)
        return cr_err_set(err, CR_ENOMEM, "XML: no memory for the document");
    struct growth growth = {.parser = parser, .arena = arena, .err = err, .depth = 1};
    growth.frames[0].node = root;
    int rc = grow(&growth, text);
    for (size_t i = 0; i < CR_COUNT(growth.frames); i++)
        cr_buf_free(&growth.frames[i].text);
    if (rc == 0)
        *out_tree = root;
    return rc;
}
