// shows: a wrapper library for RxJava
// manifest: {launcher: Main}
// hit: [asks RECORD_AUDIO before_consent = launcher Main.onCreate]
// miss: []

import com.tbruyelle.rxpermissions3.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    RxPermissions asker = new RxPermissions(this);
    asker.request("android.permission.RECORD_AUDIO");           // hit
    asker.isGranted("android.permission.RECORD_AUDIO");         // miss
  }
}
package com.tbruyelle.rxpermissions3;
import io.reactivex.rxjava3.core.Observable;
public class RxPermissions {
  final Activity on;
  public RxPermissions(Activity on) { this.on = on; }
  public Observable<Boolean> request(String... names) { on.requestPermissions(names, 1); return null; }
  public boolean isGranted(String name) { return on.checkSelfPermission(name) == 0; }
}
