// shows: a helper that is given the constant
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate > Main.read]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    read("android_id");                                         // hit
    read("accessibility_enabled");                              // miss
  }
  void read(String key) { String id = Settings.Secure.getString(getContentResolver(), key); }
}
