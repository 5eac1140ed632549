/* Error values: fill once, prefix while climbing. */
#include "cr_err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cr_err_set(struct cr_err *err, int code, const char *format, ...)
{
    if (!err)
        return code;
    err->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return code;
}

int cr_err_errno(struct cr_err *err, int code, int errnum, const char *format, ...)
{
    if (!err)
        return code;
    err->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);

    char reason[64];
    const char *text = strerror_r(errnum, reason, sizeof reason);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", text);
    return code;
}

int cr_err_prefix(struct cr_err *err, const char *format, ...)
{
    if (!err)
        return CR_EINTERNAL;
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    int used = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (used > 0 && (size_t)used < sizeof text)
        snprintf(text + used, sizeof text - (size_t)used, "%s", err->text);
    memcpy(err->text, text, sizeof text);
    return err->code;
}

const char *cr_code_name(int code)
{
    static const char *const names[] = {"ok",
                                        "out of memory",
                                        "invalid",
                                        "not found",
                                        "exists",
                                        "conflict",
                                        "timeout",
                                        "unavailable",
                                        "limit",
                                        "parse error",
                                        "input/output error",
                                        "internal error"};
    if (code > 0 || -code >= (int)CR_COUNT(names))
        return "unknown";
    return names[-code];
}
