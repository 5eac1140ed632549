/* Reads what this process uses from /proc when somebody looks. */
#include "cr_process_metrics.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_file.h"
#include "cr_metrics.h"

static struct {
    int64_t start_ms;
    int64_t start_wall_ms;
} process;

/* The number behind "Key:" in a small file of /proc, or -1. */
static int64_t proc_number(const char *path, const char *key)
{
    CR_AUTO(cr_buf) text = {.max = 64 * 1024};
    if (cr_file_read(path, &text, NULL) != 0 || !text.data)
        return -1;
    const char *found = strstr(text.data, key);
    return found ? strtoll(found + strlen(key), NULL, 10) : -1;
}

int64_t cr_process_private_bytes(void)
{
    int64_t kib = proc_number("/proc/self/smaps_rollup", "\nPrivate_Dirty:");
    return kib < 0 ? -1 : kib * 1024;
}

static int64_t resident_bytes(void)
{
    int64_t kib = proc_number("/proc/self/status", "\nVmRSS:");
    return kib < 0 ? -1 : kib * 1024;
}

int64_t cr_process_open_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return -1;
    int64_t count = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        count += entry->d_name[0] != '.';
    (void)closedir(dir);
    return count - 1; /* not the directory's own */
}

int64_t cr_process_uptime_ms(void)
{
    return cr_clock_ms() - process.start_ms;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static double files_max(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (double)limit.rlim_cur : -1;
}

/* Both spellings, Micrometer's and Prometheus', so that either world's dashboards find theirs. */
static void collect(struct cr_metrics_view *view, void *ctx)
{
    (void)ctx;
    double fds = (double)cr_process_open_fds();
    double cpu = cpu_seconds();
    double uptime = (double)cr_process_uptime_ms() * 1e-3;
    double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    const struct cr_metric rows[] = {
        {.name = "process.uptime",
         .unit = "seconds",
         .help = "Time since the process started",
         .kind = CR_METRIC_GAUGE,
         .value = uptime},
        {.name = "process.start.time",
         .unit = "seconds",
         .help = "When the process started, since 1970",
         .kind = CR_METRIC_GAUGE,
         .value = (double)process.start_wall_ms * 1e-3},
        {.name = "process.cpu",
         .unit = "seconds",
         .help = "CPU time used, user and system",
         .kind = CR_METRIC_COUNTER,
         .value = cpu},
        {.name = "process.cpu.usage",
         .help = "CPU used since the start, as a share of all cores",
         .kind = CR_METRIC_GAUGE,
         .value = uptime > 0 && cores > 0 ? cpu / uptime / cores : 0},
        {.name = "system.cpu.count",
         .help = "Processors that are online",
         .kind = CR_METRIC_GAUGE,
         .value = cores},
        {.name = "process.private.memory",
         .unit = "bytes",
         .help = "Memory that is this process's alone and was written to",
         .kind = CR_METRIC_GAUGE,
         .value = (double)cr_process_private_bytes()},
        {.name = "process.resident.memory",
         .unit = "bytes",
         .help = "Resident memory, shared pages too",
         .kind = CR_METRIC_GAUGE,
         .value = (double)resident_bytes()},
        {.name = "process.files.open",
         .unit = "files",
         .help = "Open file descriptors",
         .kind = CR_METRIC_GAUGE,
         .value = fds},
        {.name = "process.files.max",
         .unit = "files",
         .help = "Limit on open file descriptors",
         .kind = CR_METRIC_GAUGE,
         .value = files_max()},
        {.name = "process.open.fds",
         .help = "Open file descriptors",
         .kind = CR_METRIC_GAUGE,
         .value = fds},
        {.name = "process.max.fds",
         .help = "Limit on open file descriptors",
         .kind = CR_METRIC_GAUGE,
         .value = files_max()},
    };
    for (size_t i = 0; i < CR_COUNT(rows); i++)
        cr_metrics_show(view, &rows[i]);
}

int cr_process_metrics_register(void)
{
    process.start_ms = cr_clock_ms();
    process.start_wall_ms = cr_clock_wall_ms();
    cr_metrics_remove_collector(collect, NULL);
    return cr_metrics_add_collector(collect, NULL);
}
