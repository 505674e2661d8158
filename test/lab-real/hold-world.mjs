// Opens a real world, says so, and waits to be killed. Argument: the module of the stage.
const { openRealStage } = await import(process.argv[2]);
const topology = {
  wires: [{ name: "lan", title: "lan" }],
  hosts: [
    { name: "client", title: "", attached: { lan: "10.0.0.1/24" } },
    { name: "server", title: "", attached: { lan: "10.0.0.2/24" } },
  ],
  routers: [],
};
const world = await openRealStage(topology);
await world.stage.ftpServer("server");
await world.stage.sshd("server");
await world.stage.ftpClient("client", { host: "10.0.0.2", port: 21 });
process.stdout.write("open\n");
setInterval(() => {}, 1000);
