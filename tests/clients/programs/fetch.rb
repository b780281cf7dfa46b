# SPDX-License-Identifier: Apache-2.0
# Ruby's Net::HTTP: carries out the requests of a file one after another. Same arguments and output
# as fetch.c; the requests come signed.
require 'net/http'

def fetch(method, address, body, fields)
  uri = URI(address)
  request = Net::HTTPGenericRequest.new(method, !body.empty? || %w[PUT POST].include?(method),
                                        method != 'HEAD', uri)
  fields.reject(&:empty?).each { |field| request.[]=(*field.split(/:\s*/, 2)) }
  if request.request_body_permitted?
    request['Content-Type'] ||= 'application/octet-stream'
    request.body = body
  end
  Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https', read_timeout: 60) do |http|
    http.request(request)
  end
end

requests, outdir = ARGV
File.readlines(requests, chomp: true).each_with_index do |line, number|
  method, url, body, _, _, *fields = line.split("\t", -1)
  begin
    answer = fetch(method, url, body, fields)
    status = answer.code
    text = answer.body.to_s
  rescue StandardError => e
    status = 0
    text = "#{e.class}: #{e.message}"
    warn "#{number}: #{text}"
  end
  File.binwrite("#{outdir}/#{number}", text)
  puts "#{number} #{status}"
end
