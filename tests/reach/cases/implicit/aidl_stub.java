// shows: other apps call the binder of an exported service
// manifest: {launcher: Main, services: [{name: Remote, exported: true}]}
// hit: [serial reachable = service Remote.onBind > lifecycle Stub.onTransact]
// miss: [serial present = Stub.onTransact]

class Main extends Activity { }
class Remote extends Service {
  public IBinder onBind(Intent intent) {
    return new Stub();                                          // hit
    return null;                                                // miss
  }
}
class Stub extends Binder {
  protected boolean onTransact(int code, Parcel in, Parcel out, int flags) { String id = SERIAL; return true; }
}
