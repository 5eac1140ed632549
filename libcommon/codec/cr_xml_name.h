/* cr_xml_name: any text as the name of an XML element, as XStream does it, and back.
 *
 * '_' becomes "__", '$' becomes "_-", and each UTF-16 unit that may not stand in a name becomes
 * "_." and four hexadecimal digits: "a b" is a_.0020b.
 *
 * Errors:  those of the buffer. Unescaping is total: what is no escape is taken as it is.
 * Threads: any.
 * Source:  XStream's XmlFriendlyNameCoder. Stricter in two points that read back the same: the
 *          colon is escaped (readers with namespaces refuse an unknown prefix), and so is every
 *          character beyond ASCII but the letters of the large alphabets, which all editions of
 *          XML 1.0 allow.
 */
#ifndef CR_XML_NAME_H
#define CR_XML_NAME_H

#include "cr_buf.h"

void cr_xml_name_escape(struct cr_buf *out, struct cr_slice text);
void cr_xml_name_unescape(struct cr_buf *out, struct cr_slice name);

#endif
