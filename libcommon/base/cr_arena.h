/* cr_arena: memory that is freed all at once; one per request or per document.
 *
 * Ownership: what an arena gives belongs to it and lives until cr_arena_reset or cr_arena_free.
 * Errors:    NULL when memory ends or the arena's max is passed (see cr_arena_failed).
 * Threads:   one at a time.
 */
#ifndef CR_ARENA_H
#define CR_ARENA_H

#include <stdarg.h>

#include "cr_attr.h"
#include "cr_slice.h"

struct cr_arena;

/* max_bytes bounds the sum of all allocations; 0 = no limit. NULL when memory ends. */
struct cr_arena *cr_arena_new(size_t max_bytes);
void cr_arena_free(struct cr_arena *arena); /* NULL is fine */
void cr_arena_freep(struct cr_arena **arena);
void cr_arena_reset(struct cr_arena *arena); /* keeps the first block */

/* Zeroed memory, aligned for any type. */
void *cr_arena_alloc(struct cr_arena *arena, size_t size);
void *cr_arena_array(struct cr_arena *arena, size_t count, size_t size);
char *cr_arena_text(struct cr_arena *arena, const char *text);
char *cr_arena_slice(struct cr_arena *arena, struct cr_slice text); /* NUL-terminated copy */
char *cr_arena_printf(struct cr_arena *arena, const char *format, ...) CR_PRINTF(2, 3);
char *cr_arena_vprintf(struct cr_arena *arena, const char *format, va_list args) CR_PRINTF(2, 0);

/* Calls fn(ctx) at reset or free, last registered first. Returns 0 or CR_ENOMEM. */
CR_MUST_CHECK int cr_arena_on_free(struct cr_arena *arena, void (*fn)(void *ctx), void *ctx);

/* True once an allocation failed. */
bool cr_arena_failed(const struct cr_arena *arena);
size_t cr_arena_used(const struct cr_arena *arena); /* bytes handed out */

#define CR_AUTO_ARENA CR_CLEANUP(cr_arena_freep) struct cr_arena *

#endif
