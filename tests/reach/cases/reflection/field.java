// shows: a field by its name
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object value = Build.class.getField("SERIAL").get(null);  // hit
      Object value = Build.class.getField("UNKNOWN").get(null); // miss
    } catch (Exception error) { }
  }
}
