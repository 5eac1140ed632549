/* http_date: the C library's calendar with HTTP's three spellings. Daemons keep the C locale. */
#include "http_date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void http_date_write(int64_t seconds, char out[HTTP_DATE_SIZE])
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&moment, &parts) ||
        strftime(out, HTTP_DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &parts) == 0)
        out[0] = '\0';
}

bool http_date_parse(struct cr_slice text, int64_t *out_seconds)
{
    static const char *const forms[] = {
        "%a, %d %b %Y %H:%M:%S GMT", /* IMF-fixdate */
        "%A, %d-%b-%y %H:%M:%S GMT", /* RFC 850 */
        "%a %b %d %H:%M:%S %Y",      /* asctime */
    };
    char copy[HTTP_DATE_SIZE];
    if (text.len == 0 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    for (size_t i = 0; i < CR_COUNT(forms); i++) {
        struct tm parts = {0};
        const char *end = strptime(copy, forms[i], &parts);
        if (end && end == copy + text.len) {
            *out_seconds = (int64_t)timegm(&parts);
            return true;
        }
    }
    return false;
}
