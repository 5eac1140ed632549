/* cr_yaml_escapes_private: the one escape that SnakeYAML reads and libyaml refuses.
 *
 * In a double-quoted text JSON's writers spell what is beyond U+FFFF as two surrogates
 * ("\ud83d\ude00"). libyaml wants one escape ("\U0001f600"), and is the only one to know where a
 * text is double-quoted: so its scanner is asked, and each text that it stumbles over is respelled.
 *
 * Errors:  CR_ENOTFOUND: there is nothing that respelling would help; CR_ENOMEM. A lone surrogate,
 * and what stands behind too many pairs in too large a file, stays as it is, to be refused.
 * Threads: any.
 * Source:  SnakeYAML 2.5 ScannerImpl; RFC 8259 section 7.
 */
#ifndef CR_YAML_ESCAPES_PRIVATE_H
#define CR_YAML_ESCAPES_PRIVATE_H

#include <yaml.h>

#include "cr_buf.h"
#include "cr_slice.h"

/* Did the parser stop at such an escape? */
bool cr_yaml_escapes_met(const yaml_parser_t *parser);
/* UTF-8 in and out. */
CR_MUST_CHECK int cr_yaml_escapes_respell(struct cr_slice text, struct cr_buf *out);

#endif
