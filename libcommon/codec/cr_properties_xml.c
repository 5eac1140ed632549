/* Java properties as XML, by libexpat. The document type is asked for, as Java asks for it, and
 * only looked at: expat fetches nothing, and declarations within it are refused. */
#include "cr_properties_xml.h"

#include <expat.h>
#include <stdio.h>
#include <string.h>

#include "cr_flat_private.h"

static const char doctype[] =
    "<!DOCTYPE properties SYSTEM \"http://java.sun.com/dtd/properties.dtd\">";

enum place { BEFORE, IN_PROPERTIES, IN_COMMENT, IN_ENTRY };

struct loader {
    XML_Parser parser;
    struct cr_flat_builder flat;
    struct cr_arena *arena;
    struct cr_err *err;
    int rc; /* set once; the parser is then stopped, but may still call */
    enum place place;
    bool typed;     /* the document type was there */
    bool commented; /* there is room for one comment */
    struct cr_buf key;
    struct cr_buf value;
};

static void stop(struct loader *l, int code, const char *reason)
{
    if (l->rc)
        return;
    l->rc = cr_err_set(l->err, code, "XML line %lu column %lu: %s",
                       (unsigned long)XML_GetCurrentLineNumber(l->parser),
                       (unsigned long)XML_GetCurrentColumnNumber(l->parser) + 1, reason);
    XML_StopParser(l->parser, XML_FALSE);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_internal_subset)
{
    struct loader *l = ctx;
    (void)public_id;
    if (has_internal_subset)
        stop(l, CR_EPARSE, "declarations in the DOCTYPE are refused; leave out what is in [ ]");
    else if (strcmp(name, "properties") != 0 || !system_id ||
             strcmp(system_id, "http://java.sun.com/dtd/properties.dtd") != 0)
        stop(l, CR_EPARSE, "another DOCTYPE than that of java.util.Properties");
    l->typed = true;
}

/* Behind a document type that nobody reads, expat takes an unknown entity for one declared there.
 */
static void XMLCALL on_skipped(void *ctx, const XML_Char *name, int is_parameter)
{
    (void)name;
    (void)is_parameter;
    stop(ctx, CR_EPARSE, "an entity that is not defined");
}

static void begin_entry(struct loader *l, const XML_Char **attributes)
{
    while (*attributes && strcmp(*attributes, "key") != 0)
        attributes += 2;
    if (!*attributes) {
        stop(l, CR_EPARSE, "<entry> has no attribute 'key'");
        return;
    }
    cr_buf_reset(&l->key);
    cr_buf_reset(&l->value);
    cr_buf_text(&l->key, attributes[1]);
    cr_buf_text(&l->value, "");
    l->place = IN_ENTRY;
}

static void begin_properties(struct loader *l, const char *name)
{
    char reason[160];
    snprintf(reason, sizeof reason, "there is no %s", doctype);
    if (!l->typed)
        stop(l, CR_EPARSE, reason);
    else if (strcmp(name, "properties") != 0)
        stop(l, CR_EPARSE, "the document's element is not <properties>");
    l->place = IN_PROPERTIES;
}

static void begin_comment(struct loader *l)
{
    if (l->commented)
        stop(l, CR_EPARSE, "more than one <comment>");
    l->commented = true;
    l->place = IN_COMMENT;
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct loader *l = ctx;
    if (l->rc)
        return;
    if (l->place == BEFORE)
        begin_properties(l, name);
    else if (l->place != IN_PROPERTIES)
        stop(l, CR_EPARSE, "an element inside <comment> or <entry>");
    else if (strcmp(name, "entry") == 0)
        begin_entry(l, attributes);
    else if (strcmp(name, "comment") == 0)
        begin_comment(l);
    else
        stop(l, CR_EPARSE, "another element than <entry> and <comment>");
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
    struct loader *l = ctx;
    if (!l->rc && l->place == IN_ENTRY)
        cr_buf_append(&l->value, text, (size_t)len);
}

static void end_entry(struct loader *l)
{
    char *text = cr_arena_slice(l->arena, cr_buf_view(&l->value));
    if (!text || cr_buf_status(&l->key) || cr_buf_status(&l->value)) {
        stop(l, CR_ELIMIT, "the document needs more memory than allowed");
        return;
    }
    struct cr_flat_pair pair = {.key = cr_buf_view(&l->key), .text = {text, l->value.len}};
    int rc = cr_flat_builder_put(&l->flat, &pair);
    if (rc) {
        l->rc = rc;
        (void)cr_err_prefix(l->err,
                            "XML line %lu: ", (unsigned long)XML_GetCurrentLineNumber(l->parser));
        XML_StopParser(l->parser, XML_FALSE);
    }
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct loader *l = ctx;
    (void)name;
    if (l->rc)
        return;
    if (l->place == IN_ENTRY)
        end_entry(l);
    l->place = IN_PROPERTIES;
}

static int load(struct loader *l, struct cr_slice text)
{
    XML_SetUserData(l->parser, l);
    XML_SetStartDoctypeDeclHandler(l->parser, on_doctype);
    XML_SetSkippedEntityHandler(l->parser, on_skipped);
    XML_SetElementHandler(l->parser, on_start, on_end);
    XML_SetCharacterDataHandler(l->parser, on_text);
    const char *from = text.len > 0 ? text.ptr : "";
    if (XML_Parse(l->parser, from, (int)text.len, XML_TRUE) == XML_STATUS_OK || l->rc)
        return l->rc;
    enum XML_Error error = XML_GetErrorCode(l->parser);
    stop(l, error == XML_ERROR_NO_MEMORY ? CR_ENOMEM : CR_EPARSE, XML_ErrorString(error));
    return l->rc;
}

int cr_properties_xml_parse(struct cr_slice text, struct cr_arena *arena, struct cr_flat *out_flat,
                            struct cr_err *err)
{
    if (text.len > CR_FLAT_BYTES_MAX)
        return cr_err_set(err, CR_ELIMIT, "XML: larger than %d bytes", CR_FLAT_BYTES_MAX);
    struct loader l = {.arena = arena, .err = err, .parser = XML_ParserCreate(NULL)};
    int rc = cr_flat_builder_init(&l.flat, arena, err);
    if (!l.parser)
        rc = cr_err_set(err, CR_ENOMEM, "XML: no memory for the document");
    if (rc == 0)
        rc = load(&l, text);
    if (rc == 0)
        rc = cr_flat_builder_end_doc(&l.flat);
    if (rc == 0)
        rc = cr_flat_builder_finish(&l.flat, out_flat);
    XML_ParserFree(l.parser);
    cr_flat_builder_fini(&l.flat);
    cr_buf_free(&l.key);
    cr_buf_free(&l.value);
    return rc;
}
