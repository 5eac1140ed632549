/* yaml_scalar: what a text may look like in YAML. Pure.
 *
 * Threads: any.
 * Source:  SnakeYAML 2.x Emitter.analyzeScalar, StreamReader.isPrintable, Constant.
 */
#ifndef YAML_SCALAR_H
#define YAML_SCALAR_H

#include "cr_arena.h"
#include "cr_slice.h"

struct yaml_analysis {
    bool empty;
    bool multiline;
    bool plain;         /* may stand without quotes outside of flow collections */
    bool single_quoted; /* may stand in '' */
    bool block;         /* may be a literal block */
};

struct yaml_analysis yaml_scalar_analyse(struct cr_slice text);

/* SnakeYAML's line breaks: \n, U+0085, U+2028, U+2029; a '\r' is none. */
bool yaml_scalar_is_break(uint32_t c);
bool yaml_scalar_is_printable(uint32_t c);
bool yaml_scalar_all_printable(struct cr_slice text);
bool yaml_scalar_has_break(struct cr_slice text);

/* Java's length(): UTF-16 units. */
size_t yaml_scalar_units(struct cr_slice text);

#endif
