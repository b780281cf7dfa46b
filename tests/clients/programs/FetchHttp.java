// SPDX-License-Identifier: Apache-2.0
// Java's java.net.http client (non-blocking sockets, its own TLS engine loop): carries out the
// requests of a file one after another. Same arguments and output as fetch.c; they come signed.
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

public class FetchHttp {
    public static void main(String[] args) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        int number = 0;
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] field = line.split("\t", -1);
            Path out = Path.of(args[1], Integer.toString(number));
            boolean body = !field[2].isEmpty() || field[0].equals("PUT") || field[0].equals("POST");
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(field[1]))
                .method(field[0], body ? BodyPublishers.ofString(field[2]) : BodyPublishers.noBody());
            for (int i = 5; i < field.length; i++) {
                int colon = field[i].indexOf(':');
                request.header(field[i].substring(0, colon), field[i].substring(colon + 1).trim());
            }
            int status = 0;
            try {
                HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
                status = answer.statusCode();
                Files.write(out, answer.body());
            } catch (IOException e) {
                Files.writeString(out, e.toString());
                System.err.println(number + ": " + e);
            }
            System.out.println(number++ + " " + status);
        }
    }
}
