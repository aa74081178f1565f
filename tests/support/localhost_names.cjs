// `node --require`: every name under .localhost is this machine. Browsers know that; Node.js asks /etc/hosts.
const dns = require("dns");
const ask = dns.lookup;

dns.lookup = (name, ...rest) => ask(/\.localhost$/.test(name) ? "127.0.0.1" : name, ...rest);
