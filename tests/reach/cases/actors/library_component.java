// shows: a service of a library in the manifest is still the library
// manifest:
//   launcher: Main
//   hit: {services: [{name: com.widgets.push.Push, exported: true}]}
//   miss: {services: [{name: Push, exported: true}]}
// hit: [serial reachable by lib:com.widgets = service com.widgets.push.Push.onCreate]
// miss: [serial reachable = service Push.onCreate]

class Main extends Activity { }
package com.widgets.push;                                       // hit
public class Push extends Service {
  public void onCreate() { String id = SERIAL; }
  public IBinder onBind(Intent intent) { return null; }
}
