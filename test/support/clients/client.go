// Sends what it reads, a request a line, over one connection, and writes what comes back, a response a line.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

var client = &http.Client{
	Timeout:   30 * time.Second,
	Transport: &http.Transport{MaxConnsPerHost: 1, IdleConnTimeout: time.Hour, ExpectContinueTimeout: 10 * time.Second},
}

func send(fields []string) []string {
	failed := func(err error) []string {
		return []string{"0", base64.StdEncoding.EncodeToString([]byte(err.Error()))}
	}
	body, _ := base64.StdEncoding.DecodeString(fields[4])
	request, err := http.NewRequest(fields[2], "http://127.0.0.1:"+os.Args[1]+fields[3], bytes.NewReader(body))
	if err != nil {
		return failed(err)
	}
	for _, header := range fields[5:] {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return failed(err)
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return failed(err)
	}
	answer := []string{strconv.Itoa(response.StatusCode), base64.StdEncoding.EncodeToString(received)}
	for name, values := range response.Header {
		answer = append(answer, name+": "+strings.Join(values, ", "))
	}
	return answer
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		pause, _ := strconv.Atoi(fields[0])
		time.Sleep(time.Duration(pause) * time.Millisecond)
		fmt.Println(strings.Join(send(fields), "\t"))
	}
}
