/* cr_properties_xml: Java properties in their XML form to one flat document.
 *
 *     <?xml version="1.0" encoding="UTF-8"?>
 *     <!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">
 *     <properties>
 *       <comment>what they are for</comment>
 *       <entry key="server.port">8080</entry>
 *     </properties>
 *
 * Ownership: the result lives in the arena.
 * Errors:    CR_EPARSE with line, column and reason: what is not well-formed, another document
 * type, declarations of its own in it (so there are no entities but the five predefined; nothing is
 * ever fetched), other elements and attributes; CR_ELIMIT beyond the bounds of cr_flat.h;
 * CR_ENOMEM. Threads:   any, one arena each. Source:    java.util.Properties.loadFromXML, which
 * Spring Boot reads files with the ending .xml by. There is always one document, also an empty one;
 * every value is a string, no value has a place (line 0), and there are no lists. The order is that
 * of the file. Encodings are those of cr_xml.
 */
#ifndef CR_PROPERTIES_XML_H
#define CR_PROPERTIES_XML_H

#include "cr_flat.h"

CR_MUST_CHECK int cr_properties_xml_parse(struct cr_slice text, struct cr_arena *arena,
                                          struct cr_flat *out_flat, struct cr_err *err);

#endif
