"""Under whose name people meet the product: names, pictures, colours, host name, words of mails."""
