"""What window and command line share: the opened database, connections, clients and the bulk journey."""
