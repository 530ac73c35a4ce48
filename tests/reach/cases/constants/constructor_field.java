// shows: a field that the constructor is given
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate > Reader.read]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    new Reader("android_id", this).read();                      // hit
    new Reader("accessibility_enabled", this).read();           // miss
  }
}
class Reader {
  private final String key; private final Context context;
  Reader(String key, Context context) { this.key = key; this.context = context; }
  void read() { String id = Settings.Secure.getString(context.getContentResolver(), key); }
}
