# SPDX-License-Identifier: Apache-2.0
# Perl's LWP: carries out the requests of a file one after another with kept connections. Same
# arguments and output as fetch.c; the requests come signed.
use strict;
use warnings;
use HTTP::Request;
use LWP::UserAgent;

my ($requests, $outdir) = @ARGV;
my $agent = LWP::UserAgent->new(keep_alive => 2, timeout => 60);
my $number = 0;
open my $lines, '<', $requests or die "$requests: $!";
while (my $line = <$lines>) {
    chomp $line;
    my ($method, $url, $body, undef, undef, @fields) = split /\t/, $line, -1;
    my $request = HTTP::Request->new($method, $url);
    for my $field (grep { length } @fields) {
        $request->header(split /:\s*/, $field, 2);
    }
    $request->content($body);
    if (length $body || $method =~ /^(PUT|POST)$/) {
        $request->header('Content-Length' => length $body);
    }
    my $answer = $agent->request($request);
    # LWP reports its own failures as a status 500 with this header.
    my $status = $answer->header('Client-Warning') ? 0 : $answer->code;
    warn "$number: " . $answer->content . "\n" unless $status;
    open my $out, '>', "$outdir/$number" or die "$outdir/$number: $!";
    print $out $answer->content;
    close $out;
    print "$number $status\n";
    $number++;
}
