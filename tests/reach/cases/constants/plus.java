// shows: a text and a field joined by plus
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = Keys.FIRST + "_id";
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
class Keys {
  static final String FIRST;
  static { FIRST = "android"; }                                 // hit
  static { FIRST = "ios"; }                                     // miss
}
