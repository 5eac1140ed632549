/* One-time initialisation of libcurl and of the process' sockets. */
#include "cr_http_global.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode curl_result;

static void raise_descriptor_limit(void)
{
    const rlim_t wanted = 65536;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void init(void)
{
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    curl_result = curl_global_init(CURL_GLOBAL_ALL);
}

int cr_http_global_init(struct cr_err *err)
{
    pthread_once(&once, init);
    if (curl_result != CURLE_OK)
        return cr_err_set(err, CR_EIO, "libcurl: %s", curl_easy_strerror(curl_result));
    return 0;
}
