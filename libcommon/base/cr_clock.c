/* Clocks of the operating system. */
#include "cr_clock.h"

#include <stdio.h>
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
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char date[24];
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out, CR_RFC3339_SIZE, "%.19s.%03dZ", date, (int)rest);
}
