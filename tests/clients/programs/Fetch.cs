// SPDX-License-Identifier: Apache-2.0
// .NET's HttpClient: carries out the requests of a file one after another. Same arguments and
// output as fetch.c; the requests come signed.
using System;
using System.IO;
using System.Net.Http;
using System.Text;

class Fetch
{
    static int One(HttpClient client, string[] field, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(field[0]), field[1]);
        if (field[2] != "" || field[0] == "PUT" || field[0] == "POST")
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(field[2]));
        }
        for (int i = 5; i < field.Length; i++)
        {
            int colon = field[i].IndexOf(':');
            string name = field[i].Substring(0, colon), value = field[i].Substring(colon + 1).Trim();
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        using (var answer = client.SendAsync(request).Result)
        {
            File.WriteAllBytes(path, answer.Content.ReadAsByteArrayAsync().Result);
            return (int)answer.StatusCode;
        }
    }

    static void Main(string[] args)
    {
        int number = 0;
        using (var client = new HttpClient())
        {
            foreach (string line in File.ReadAllLines(args[0]))
            {
                string path = Path.Combine(args[1], number.ToString());
                int status = 0;
                try
                {
                    status = One(client, line.Split('\t'), path);
                }
                catch (Exception e)
                {
                    File.WriteAllText(path, e.ToString());
                    Console.Error.WriteLine(number + ": " + e);
                }
                Console.WriteLine(number++ + " " + status);
            }
        }
    }
}
