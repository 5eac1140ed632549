/* cr_assert: assertions that are always on.
 *
 * For programmer errors only, never about bytes from outside: prints module, condition and place to
 * stderr and aborts; the supervisor restarts.
 */
#ifndef CR_ASSERT_H
#define CR_ASSERT_H

#include "cr_attr.h"

CR_NORETURN void cr_assert_fail(const char *condition, const char *file, int line);

#define CR_ASSERT(condition)                                                                       \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            cr_assert_fail(#condition, __FILE__, __LINE__);                                        \
    } while (0)

#endif
