/* yaml_writer: a tree as YAML text, byte for byte as SnakeYAML's dumper prints it. Pure.
 *
 * Ownership: nothing is kept; scratch memory comes from the caller's arena.
 * Errors:    those of the buffer, sticky. No memory in the arena marks the buffer as well.
 * Threads:   any.
 * Source:    SnakeYAML 2.x Emitter, SafeRepresenter and Resolver with `new Yaml()`'s options:
 *            block style, indentation 2, width 80, Unicode as it is.
 *
 * Strings that would read as another type are quoted; long ones fold at blanks beyond column 80;
 * those with line breaks are literal blocks where they can be. A string with characters that YAML
 * cannot hold becomes !!binary. Keys of 123 and more characters get "? ".
 */
#ifndef YAML_WRITER_H
#define YAML_WRITER_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "nested.h"

/* The whole document, with its line break at the end. */
void yaml_write(const struct nested *root, struct cr_arena *arena, struct cr_buf *out);

/* The same for a document that is no map: a list, or a value, which is printed as a string
 * whatever it is (a map gets the tag !!str, as SnakeYAML writes it there). */
void yaml_write_bare(const struct nested *root, struct cr_arena *arena, struct cr_buf *out);

#endif
