// shows: bindService leads to onServiceConnected; unbindService does not
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Link.onServiceConnected]
// miss: [serial present = Link.onServiceConnected]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    bindService(new Intent("com.vendor.ID"), new Link(), 1);    // hit
    unbindService(new Link());                                  // miss
  }
}
class Link implements ServiceConnection {
  public void onServiceConnected(ComponentName name, IBinder binder) { String id = SERIAL; }
  public void onServiceDisconnected(ComponentName name) { }
}
