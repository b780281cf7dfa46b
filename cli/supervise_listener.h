/* SPDX-License-Identifier: Apache-2.0 */
/* The filter's listener on its way from the command to its supervisor, over a UNIX socket. */
#pragma once

/* 0 or -errno. */
int awi_listener_send(int socket, int listener);

/* Waits. Close-on-exec; -1: the other side is gone. */
int awi_listener_receive(int socket);
