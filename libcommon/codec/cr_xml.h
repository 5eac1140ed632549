/* cr_xml: XML text to a tree, in the shape that the same document has in JSON.
 *
 * An element is a string, its text; one with attributes or elements inside is an object: attributes
 * are members named "@name", elements are members in their order, also several of one name, and
 * text that is not blank is the member "$". The tree's root is an object whose only member is the
 * document's element:
 *
 *     <a><port enabled="true">80</port><b/></a>
 *     {"a":{"port":{"@enabled":"true","$":"80"},"b":""}}
 *
 * Ownership: the tree lives in the caller's arena and does not refer to the text. It takes up to 30
 *            times the text's size, and as much again from the heap while it is read: give the
 *            arena a maximum where a peer sent the text.
 * Errors:    CR_EPARSE with line, column and reason; CR_ELIMIT beyond a bound below or the arena's;
 *            CR_ENOMEM. *out_tree is written on success only.
 * Threads:   any, one arena each.
 * Source:    XML 1.0 (fourth edition), without a document type: a DOCTYPE is refused, so there are
 *            no entities but the five predefined. Names are taken as they are: no namespaces. The
 *            encodings are UTF-8, UTF-16, ISO-8859-1 and US-ASCII; the tree is UTF-8.
 */
#ifndef CR_XML_H
#define CR_XML_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_tree.h"

enum {
    CR_XML_DEPTH_MAX = 64,
    CR_XML_ELEMENTS_MAX = 1000000,
    CR_XML_ATTRIBUTES_MAX = 64, /* of one element */
    CR_XML_NAME_MAX = 8 * 1024, /* bytes of a name; escaped ones are long (cr_xml_name) */
    CR_XML_BYTES_MAX = 64 * 1024 * 1024,
};

CR_MUST_CHECK int cr_xml_parse(struct cr_slice text, struct cr_arena *arena,
                               const struct cr_tree **out_tree, struct cr_err *err);

#endif
