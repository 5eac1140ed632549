/* Clocks of the operating system. */
#include "cr_clock.h"

#include <string.h>
#include <time.h>

static int64_t read_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t cr_clock_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t cr_clock_ms(void)
{
    return cr_clock_ns() / 1000000;
}

int64_t cr_clock_wall_ms(void)
{
    return read_ns(CLOCK_REALTIME) / 1000000;
}

void cr_clock_rfc3339(int64_t wall_ms, char out[CR_RFC3339_SIZE])
{
    int64_t rest = wall_ms % 1000;
    if (rest < 0)
        rest += 1000; /* before 1970 */
    time_t seconds = (time_t)((wall_ms - rest) / 1000);
    /* Who writes many, writes many of the same second. */
    static _Thread_local time_t last_seconds;
    static _Thread_local char last_date[24];
    if (seconds != last_seconds || !last_date[0]) {
        struct tm utc;
        gmtime_r(&seconds, &utc);
        strftime(last_date, sizeof last_date, "%Y-%m-%dT%H:%M:%S", &utc);
        last_seconds = seconds;
    }
    size_t len = strnlen(last_date, CR_RFC3339_SIZE - 6);
    memcpy(out, last_date, len);
    char *at = out + len;
    *at++ = '.';
    *at++ = (char)('0' + rest / 100);
    *at++ = (char)('0' + rest / 10 % 10);
    *at++ = (char)('0' + rest % 10);
    *at++ = 'Z';
    *at = '\0';
}
