// shows: a service that others may start is reachable
// manifest:
//   launcher: Main
//   hit: {services: [{name: Sync, exported: true}]}
//   miss: {services: [{name: Sync}]}
// hit: [serial reachable = service Sync.onStartCommand]
// miss: [serial present = Sync.onStartCommand]

class Main extends Activity { }
class Sync extends Service {
  public int onStartCommand(Intent intent, int flags, int id) { String serial = SERIAL; return 0; }
  public IBinder onBind(Intent intent) { return null; }
}
