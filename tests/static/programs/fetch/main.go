// SPDX-License-Identifier: Apache-2.0

// A program that no preload reaches: built without cgo, it makes every system call itself.
//
//	fetch get URL...        a line for each: status, then the body's first line or the error
//	fetch caller ACCOUNT    the caller's identity, by a request that names the account's key
//	fetch many N URL        N requests at once on N connections: how many were answered
//	fetch hasty N URL       N connections that are reset in the middle of an answer, then one good get
//	fetch exit N            ends with this status
//	fetch later ADDRESS     prints its number, waits for a line of input, then connects as peer does
//	fetch wait              prints its number and waits for a signal
//	fetch run CMD ARG...    runs another program and ends as it did
//	fetch peer ADDRESS      connects and prints the peer's address
//	fetch env NAME...       prints the variables' values
//	fetch count ARG...      how many arguments and variables it was given, and how long they are
//	fetch who               the number of the user in whose name it runs
//	fetch echo              is its input a terminal? Then what it reads, line by line
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

var client = &http.Client{Timeout: 2 * time.Minute}

func fetch(address string, header map[string]string) (int, string, error) {
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return 0, "", err
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

func get(addresses []string) int {
	bad := 0
	for _, address := range addresses {
		status, body, err := fetch(address, nil)
		if err != nil {
			fmt.Println("error", err)
			bad = 1
			continue
		}
		fmt.Println(status, strings.SplitN(body, "\n", 2)[0])
	}
	return bad
}

func caller(account string) int {
	status, body, err := fetch("https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
		map[string]string{"X-Amz-Date": time.Now().UTC().Format("20060102T150405Z"), "Authorization": "AWS4-HMAC-SHA256 Credential=" + account +
			time.Now().UTC().Format("/20060102") + "/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00"})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	at := strings.Index(body, "<Account>")
	if status != 200 || at < 0 {
		fmt.Println(status, body)
		return 1
	}
	fmt.Println(body[at+len("<Account>") : at+len("<Account>")+12])
	return 0
}

func many(n int, address string) int {
	var group sync.WaitGroup
	var lock sync.Mutex
	good := 0
	start := make(chan bool)
	for i := 0; i < n; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			own := &http.Client{Timeout: 4 * time.Minute, Transport: &http.Transport{}}
			<-start
			answer, err := own.Get(address)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			lock.Lock()
			defer lock.Unlock()
			good++
		}()
	}
	close(start)
	group.Wait()
	fmt.Println(good)
	return 0
}

func hasty(n int, address string) int {
	where, err := url.Parse(address)
	if err != nil {
		return 2
	}
	for i := 0; i < n; i++ {
		conn, err := net.Dial("tcp", where.Host+":80")
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\nGET / HTTP/1.1\r\n", where.RequestURI(), where.Host)
		if i%2 == 0 {
			bufio.NewReader(conn).ReadByte()
		}
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	return get([]string{address})
}

func run(argv []string) int {
	command := exec.Command(argv[0], argv[1:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if command.ProcessState == nil {
		fmt.Println("error", err)
		return 126
	}
	return command.ProcessState.ExitCode()
}

func peer(address string) int {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	defer conn.Close()
	fmt.Println(conn.RemoteAddr())
	return 0
}

func count() int {
	length := 0
	for _, text := range append(os.Environ(), os.Args...) {
		length += len(text)
	}
	fmt.Println(len(os.Args), len(os.Environ()), length, os.Args[0])
	return 0
}

func echo() int {
	info, err := os.Stdin.Stat()
	fmt.Println(err == nil && info.Mode()&os.ModeCharDevice != 0)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println("read", lines.Text())
	}
	return 0
}

func main() {
	argv := append(os.Args, "", "", "")
	n, _ := strconv.Atoi(argv[2])
	switch argv[1] {
	case "get":
		os.Exit(get(os.Args[2:]))
	case "caller":
		os.Exit(caller(argv[2]))
	case "many":
		os.Exit(many(n, argv[3]))
	case "hasty":
		os.Exit(hasty(n, argv[3]))
	case "exit":
		os.Exit(n)
	case "later":
		fmt.Println(os.Getpid())
		bufio.NewReader(os.Stdin).ReadString('\n')
		os.Exit(peer(argv[2]))
	case "wait":
		fmt.Println(os.Getpid())
		time.Sleep(time.Hour)
	case "run":
		os.Exit(run(os.Args[2:]))
	case "env":
		for _, name := range os.Args[2:] {
			fmt.Println(os.Getenv(name))
		}
		os.Exit(0)
	case "count":
		os.Exit(count())
	case "echo":
		os.Exit(echo())
	case "who":
		fmt.Println(os.Geteuid())
		os.Exit(0)
	case "peer":
		os.Exit(peer(argv[2]))
	}
	os.Exit(2)
}
