/* cr_attr: compiler attributes that carry a contract, and scope-bound clean-up.
 *
 * Ownership: CR_AUTO(type) frees a local when its scope ends through type's `_freep`;
 *            hand a pointer over with `return cr_steal(&p)`.
 * Source:    GCC and clang manuals, "Common Function Attributes", "cleanup".
 */
#ifndef CR_ATTR_H
#define CR_ATTR_H

#include <stddef.h>

#define CR_MUST_CHECK   __attribute__((warn_unused_result))
#define CR_PRINTF(a, b) __attribute__((format(printf, a, b)))
#define CR_NORETURN     __attribute__((noreturn))
#define CR_UNUSED       __attribute__((unused))
#define CR_CLEANUP(fn)  __attribute__((cleanup(fn)))

#define CR_COUNT(array)               (sizeof(array) / sizeof((array)[0]))
#define CR_CONTAINER(ptr, type, name) ((type *)(void *)((char *)(ptr)-offsetof(type, name)))

/* Frees *(void **)p; for locals declared CR_AUTO_FREE. */
void cr_freep(void *p);
#define CR_AUTO_FREE CR_CLEANUP(cr_freep)

/* Closes *fd when it is not negative and sets it to -1; keeps errno. */
void cr_closep(int *fd);
#define CR_AUTO_CLOSE CR_CLEANUP(cr_closep)

/* `CR_AUTO(cr_buf) buf = {0};` calls cr_buf_freep(&buf) at the end of the scope. */
#define CR_AUTO(type) CR_CLEANUP(type##_freep) struct type

/* Returns *p and sets it to NULL. */
static inline void *cr_steal_ptr(void *p)
{
    void **slot = p;
    void *value = *slot;
    *slot = NULL;
    return value;
}
#define cr_steal(p) ((__typeof__(*(p)))cr_steal_ptr(p))

#endif
