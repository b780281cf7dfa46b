// SPDX-License-Identifier: Apache-2.0

// dial HOST PORT PATH resolves, connects, and prints the status line of the answer: as the C program
// resolve does, and without packages that take long to build for another processor.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
)

func main() {
	conn, err := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", os.Args[3], os.Args[1])
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Print(line)
}
