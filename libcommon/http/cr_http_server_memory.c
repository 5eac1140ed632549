/* A server's memory: whoever answers late still needs it when it was stopped. */
#include <stdlib.h>
#include <string.h>

#include "cr_http_private.h"

void cr_http_server_ref(struct cr_http_server *server)
{
    atomic_fetch_add(&server->refs, 1);
}

void cr_http_server_unref(struct cr_http_server *server)
{
    if (atomic_fetch_sub(&server->refs, 1) != 1)
        return;
    cr_http_router_free(server->router);
    if (server->nothing)
        MHD_destroy_response(server->nothing);
    cr_mutex_fini(&server->lock);
    cr_cond_fini(&server->changed);
    cr_closep(&server->wake_fd);
    cr_closep(&server->listen_fd);
    free(server->timers);
    free(server->unix_path);
    if (server->credentials)
        explicit_bzero(server->credentials, strlen(server->credentials));
    free(server->credentials);
    free(server);
}
